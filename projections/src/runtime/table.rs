//! The table of a read model, in the schema of its build.

use sqlx::{AssertSqlSafe, PgConnection};

use super::{binary::Layout, fault::Fault, pause::Pause, projection::Definition};

/// Which of the tables of a projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Build {
    /// The one that queries see.
    Live,
    /// The one that is rebuilt beside it.
    Rebuild,
    /// The one that it replaced.
    Previous,
}

impl Build {
    /// As it is stored in the bookkeeping tables.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Rebuild => "rebuild",
            Self::Previous => "previous",
        }
    }

    /// Where its tables live.
    pub(super) const fn schema(self) -> &'static str {
        match self {
            Self::Live => "read",
            Self::Rebuild => "rebuild",
            Self::Previous => "previous",
        }
    }
}

/// A table with the statements for it, checked against its definition.
pub(super) struct Table {
    pub(super) definition: &'static Definition,
    pub(super) build: Build,
    /// The columns of the definition, in its order.
    pub(super) columns: Vec<Column>,
    /// How COPY takes its rows, if it can.
    pub(super) layout: Option<Layout>,
    pub(super) load_sql: String,
    pub(super) upsert_sql: String,
    pub(super) delete_sql: String,
    pub(super) copy_sql: String,
    /// Empties the personal columns; nothing where the table has none.
    pub(super) erase_sql: Option<String>,
}

/// A column and how its values are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: ColumnKind,
    /// Its type's name in SQL, without a modifier.
    pub(super) sql_type: String,
}

/// What a JSON value turns into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// Its text.
    Scalar,
    /// Its JSON text.
    Json,
    /// An array of PostgreSQL.
    Array,
}

impl Table {
    /// Makes the table anew and empty: the live one with its indexes, one to rebuild without them.
    pub(super) async fn create(
        connection: &mut PgConnection,
        definition: &'static Definition,
        build: Build,
    ) -> Result<(), Fault> {
        drop_table(&mut *connection, build.schema(), definition).await?;
        let (table, indexes) = statements(definition);
        let sql = if build == Build::Live {
            format!("{table}{indexes}")
        } else if definition.insert_only {
            // Nothing is looked up before the table is whole.
            format!("{table} alter table {{schema}}.{0} drop constraint {0}_pkey;", definition.name)
        } else {
            table.to_owned()
        };
        let sql = sql.replace("{schema}", build.schema());
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
        Ok(())
    }

    /// Makes the indexes that the table does not have, over all rows at once in a fraction of the time that they would
    /// take row by row; and the statistics that tell queries to use them.
    pub(super) async fn index(
        connection: &mut PgConnection,
        definition: &'static Definition,
        build: Build,
    ) -> Result<(), Fault> {
        let (primary, others): (bool, bool) = sqlx::query_as(
            "select coalesce(bool_or(i.indisprimary), false), coalesce(bool_or(not i.indisprimary), false)
               from pg_catalog.pg_index i
               join pg_catalog.pg_class c on c.oid = i.indrelid
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where n.nspname = $1 and c.relname = $2",
        )
        .bind(build.schema())
        .bind(definition.name)
        .fetch_one(&mut *connection)
        .await?;
        let Definition { name, key_column, .. } = definition;
        let key = if primary {
            String::new()
        } else {
            format!("alter table {{schema}}.{name} add primary key ({key_column});")
        };
        let indexes = if others { "" } else { statements(definition).1 };
        // All or none of them: one string of statements is one transaction. Without statistics, the first queries on
        // a table that was just swapped in would not use the indexes.
        let sql = format!("{key}{indexes} analyze {{schema}}.{name};").replace("{schema}", build.schema());
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
        Ok(())
    }

    /// Opens the table and checks that it has what the definition says.
    pub(super) async fn open(
        connection: &mut PgConnection,
        definition: &'static Definition,
        build: Build,
    ) -> Result<Self, Fault> {
        let found: Vec<(String, String, String)> = sqlx::query_as(
            "select a.attname::text, format_type(t.oid, null), t.typcategory::text
               from pg_catalog.pg_attribute a
               join pg_catalog.pg_class c on c.oid = a.attrelid
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
               join pg_catalog.pg_type t on t.oid = a.atttypid
              where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped",
        )
        .bind(build.schema())
        .bind(definition.name)
        .fetch_all(connection)
        .await?;
        let mut columns = Vec::with_capacity(definition.columns.len());
        for &name in definition.columns {
            let Some((_, sql_type, category)) = found.iter().find(|(column, ..)| column == name) else {
                return Err(Fault::Paused(Pause::misfit(format!(
                    "the table {}.{} has no column {name}; rebuild the projection",
                    build.schema(),
                    definition.name
                ))));
            };
            let kind = match (sql_type.as_str(), category.as_str()) {
                ("json" | "jsonb", _) => ColumnKind::Json,
                (_, "A") => ColumnKind::Array,
                _ => ColumnKind::Scalar,
            };
            columns.push(Column { name, kind, sql_type: sql_type.clone() });
        }
        Ok(Self::with_columns(definition, build, columns))
    }

    fn with_columns(definition: &'static Definition, build: Build, columns: Vec<Column>) -> Self {
        let Definition { name, key_column: key, .. } = definition;
        let table = format!("{}.{name}", build.schema());
        let list = definition.columns.join(", ");
        let assignments = |columns: &[&str], value: &dyn Fn(&str) -> String| {
            columns
                .iter()
                .map(|column| format!("{column} = {}", value(column)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let others: Vec<&str> = definition.columns.iter().copied().filter(|column| column != key).collect();
        let on_conflict = if definition.insert_only {
            // None of them is there, and while it is being rebuilt, the table has no key to conflict with.
            String::new()
        } else if others.is_empty() {
            format!(" on conflict ({key}) do nothing")
        } else {
            format!(
                " on conflict ({key}) do update set {}",
                assignments(&others, &|column| format!("excluded.{column}"))
            )
        };
        let parameters: Vec<String> =
            (1..=columns.len()).map(|number| format!("${number}::text[]")).collect();
        let texts: Vec<String> =
            columns.iter().map(|column| format!("r.{}::{}", column.name, column.sql_type)).collect();
        Self {
            load_sql: format!(
                "select r.{key}, row_to_json(r)::text from \
                 (select {list} from {table} where {key} = any($1)) r"
            ),
            upsert_sql: format!(
                "insert into {table} ({list}) select {} from unnest({}) r ({list}){on_conflict}",
                texts.join(", "),
                parameters.join(", ")
            ),
            delete_sql: format!("delete from {table} where {key} = any($1)"),
            copy_sql: format!("copy {table} ({list}) from stdin (format binary)"),
            erase_sql: (!definition.personal.is_empty()).then(|| {
                format!(
                    "update {table} set {} where workspace_id = $1 and person_id = any($2) returning {key}",
                    assignments(definition.personal, &|_| "null".to_owned())
                )
            }),
            definition,
            build,
            layout: Layout::of(&columns),
            columns,
        }
    }

    /// A value that its column cannot hold: a fault of the program.
    pub(super) fn misfit_in(&self, column: &str) -> Fault {
        Fault::Paused(Pause::misfit(format!(
            "a value of {}.{column} is none that the column holds",
            self.definition.name
        )))
    }

    /// A row that is not what the definition promises: a fault of the program.
    pub(super) fn misfit(&self, error: &serde_json::Error) -> Fault {
        Fault::Paused(Pause::misfit(format!(
            "a row of {} does not fit its table ({:?})",
            self.definition.name,
            error.classify()
        )))
    }
}

/// The statement that makes the table, and those that make its indexes.
fn statements(definition: &Definition) -> (&'static str, &'static str) {
    let sql = definition.table_sql;
    sql.split_at(sql.find("create index").unwrap_or(sql.len()))
}

/// Removes a table of the read model, if it is there. The runtime makes and drops only such tables.
pub(super) async fn drop_table(
    connection: &mut PgConnection,
    schema: &str,
    definition: &Definition,
) -> Result<(), sqlx::Error> {
    let sql = format!("drop table if exists {schema}.{}", definition.name);
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}
