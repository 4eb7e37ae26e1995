//! The examples of `docs/auditing.md`, asked as they stand there, answer what stands there.

use std::path::Path;

use ledgerdesk_api::graphql::global_id::{self, NodeKind};
use ledgerdesk_domain::{
    consultation::{
        CallDirection, CallOutcome, ChangePriority, Channel, ConsultationCommand as C, LogCall, Priority,
        ReceiveMessage,
    },
    manager::{ManagerCommand, RegisterManager},
};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Desk, at, new_id, open, opening};

/// The consultation that the page tells of.
const CONSULTATION: Uuid = Uuid::from_u128(0x01A1_FD10_5A68_72FD_BBEA_25B0_C08F_A5A9);

async fn tell(desk: &Desk) {
    let nine = 9 * 60;
    let register = RegisterManager {
        name: "Olga".to_owned(),
        email: None,
        team: None,
        skills: Vec::new(),
        capacity: 5,
        references: Vec::new(),
    };
    desk.manager(new_id(), ManagerCommand::RegisterManager(register)).await;
    desk.consultation(CONSULTATION, at(nine), open(opening("Printer"))).await;
    let message = ReceiveMessage {
        message_id: new_id().into(),
        channel: Channel::Email,
        text: "It smokes".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    };
    desk.consultation(CONSULTATION, at(nine + 5), C::ReceiveMessage(message)).await;
    let priority = ChangePriority { priority: Priority::High };
    desk.consultation(CONSULTATION, at(nine + 20), C::ChangePriority(priority)).await;
    let call = LogCall {
        call_id: new_id().into(),
        direction: CallDirection::Outbound,
        outcome: CallOutcome::Answered,
        started_at: at(nine + 10),
        wait_seconds: None,
        duration_seconds: Some(60),
        manager_id: None,
        phone: None,
        recording: None,
        redate_id: None,
    };
    desk.consultation(CONSULTATION, at(nine + 10), C::LogCall(call)).await;
    desk.settled().await;
}

/// Each question of the page with the answer behind it.
fn examples(page: &str) -> Vec<(String, Value)> {
    let block = |text: &str| text.split("```").next().unwrap_or_default().to_owned();
    page.split("```graphql\n")
        .skip(1)
        .map(|rest| {
            let (_, answer) = rest.split_once("```json\n").unwrap();
            (block(rest), serde_json::from_str(&block(answer)).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn the_examples_of_the_page_answer_what_it_says() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/auditing.md")).unwrap();
    let desk = Desk::open().await;
    tell(&desk).await;
    let examples = examples(&page);
    assert_eq!(examples.len(), 6);
    let id = global_id::encode(NodeKind::Consultation, CONSULTATION);
    for (question, answer) in examples {
        assert!(
            question.contains(&id)
                || ["configurationLog", "consultations("].iter().any(|of| question.contains(of)),
            "the id is {id}: {question}"
        );
        let shown = desk.ask(&question).await;
        assert_eq!(shown, answer, "{question}\n{shown:#}");
    }
    desk.close().await;
}
