//! Mutations of managers: the list. Each verb has a file with its input and its command.

mod change_availability;
mod change_capacity;
mod change_details;
mod change_skills;
mod deactivate;
mod erase;
mod link_reference;
mod register;

use async_graphql::{Context, Object, Result};

use self::{
    change_availability::ChangeManagerAvailabilityInput, change_capacity::ChangeManagerCapacityInput,
    change_details::ChangeManagerDetailsInput, change_skills::ChangeManagerSkillsInput,
    deactivate::DeactivateManagerInput, erase::EraseManagerInput, link_reference::LinkManagerReferenceInput,
    register::RegisterManagerInput,
};
use super::{payload::ManagerPayload, run::run};

/// Mutations of managers.
#[derive(Default)]
pub(super) struct ManagerMutations;

#[Object]
impl ManagerMutations {
    /// Registers a manager.
    async fn register_manager(
        &self,
        ctx: &Context<'_>,
        input: RegisterManagerInput,
    ) -> Result<ManagerPayload<RegisterManagerInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// Changes name, e-mail address or team.
    async fn change_manager_details(
        &self,
        ctx: &Context<'_>,
        input: ChangeManagerDetailsInput,
    ) -> Result<ManagerPayload<ChangeManagerDetailsInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// Replaces what a manager can.
    async fn change_manager_skills(
        &self,
        ctx: &Context<'_>,
        input: ChangeManagerSkillsInput,
    ) -> Result<ManagerPayload<ChangeManagerSkillsInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// Changes how many open consultations a manager takes.
    async fn change_manager_capacity(
        &self,
        ctx: &Context<'_>,
        input: ChangeManagerCapacityInput,
    ) -> Result<ManagerPayload<ChangeManagerCapacityInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// A manager comes, leaves or takes a break.
    async fn change_manager_availability(
        &self,
        ctx: &Context<'_>,
        input: ChangeManagerAvailabilityInput,
    ) -> Result<ManagerPayload<ChangeManagerAvailabilityInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// Links the same person in another system.
    async fn link_manager_reference(
        &self,
        ctx: &Context<'_>,
        input: LinkManagerReferenceInput,
    ) -> Result<ManagerPayload<LinkManagerReferenceInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// Takes a manager out of the team.
    async fn deactivate_manager(
        &self,
        ctx: &Context<'_>,
        input: DeactivateManagerInput,
    ) -> Result<ManagerPayload<DeactivateManagerInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }

    /// Erases a manager who left: name and address are gone for good, all counts stay.
    async fn erase_manager(
        &self,
        ctx: &Context<'_>,
        input: EraseManagerInput,
    ) -> Result<ManagerPayload<EraseManagerInput>> {
        run(ctx, input).await.map(ManagerPayload)
    }
}
