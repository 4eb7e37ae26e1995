//! Every read model from zero.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::{
    import::{Imported, to_f64},
    process::ledgerdesk,
    report::{Report, number},
};

pub(crate) async fn measure(imported: &Imported, report: &mut Report) -> Result<()> {
    let pool = sqlx::PgPool::connect(&imported.url).await?;
    let names: Vec<String> =
        sqlx::query_scalar("select name from ledgerdesk.projections where build = 'live' order by name")
            .fetch_all(&pool)
            .await?;
    pool.close().await;
    let mut total = 0.0;
    for name in &names {
        let started = Instant::now();
        let output = ledgerdesk(&imported.url)?
            .args(["projections", "rebuild", name])
            .output()
            .context("the rebuild does not start")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let took = started.elapsed().as_secs_f64();
        total += took;
        report.row(
            &format!("rebuild of {name}, events/s"),
            format!("{}/s", number(to_f64(imported.events) / took)),
            format!("{} events in {took:.1} s, process start included", number(to_f64(imported.events))),
            "≥ 100,000/s",
        );
    }
    report.row(
        "rebuild of all read models, one after the other",
        format!("{total:.1} s"),
        format!("{} read models", names.len()),
        "",
    );
    Ok(())
}
