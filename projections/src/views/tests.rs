use ledgerdesk_domain::workspace::{DeleteView, SaveView, WorkspaceCommand};

use super::*;
use crate::testing::{Story, id};

fn save(name: &str, shared: bool) -> WorkspaceCommand {
    WorkspaceCommand::SaveView(SaveView {
        view_id: id(7),
        name: name.to_owned(),
        shared,
        filter: "{}".to_owned(),
        order: None,
        columns: vec!["topic".to_owned()],
    })
}

#[test]
fn a_view_is_as_it_was_last_saved_until_it_is_deleted() {
    let story = Story::default().by_manager(70).workspace(save("Mine", false)).workspace(save("Ours", true));
    let row = story.row(&Views, 7);
    assert_eq!((row.name.as_str(), row.owner, row.columns.len()), ("Ours", None, 1));
    let gone = story.workspace(WorkspaceCommand::DeleteView(DeleteView { view_id: id(7) }));
    assert!(gone.fold(&Views).is_empty());
}
