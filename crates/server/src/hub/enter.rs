//! How a user comes in.

use std::sync::Arc;

use chat_proto::{At, Secret, User, UserName};

use super::member::Member;
use super::state::{Account, State};
use super::{Hub, HubError, IfTaken};
use crate::clock::before;
use crate::config::SEEN_STEP;
use crate::journal::{KeptMember, KeptUser, RoomId, keep};
use crate::token::{self, TokenHash};

impl Hub {
    /// Lets the classic client `user` in under the name it `wants`, or one like it. Nothing of it is
    /// kept.
    ///
    /// # Errors
    /// Where the daemon is going away.
    pub(crate) fn enter_classic(
        self: &Arc<Self>,
        user: u64,
        wants: &UserName,
    ) -> Result<Member, HubError> {
        let mut state = self.open()?;
        let name = state.names.free(Some(user), wants, IfTaken::Number)?;
        state.names.reserve(&name, user);
        let read = state.rooms.lobby().last_seq();
        let account = Account::new(User { id: user, name }, None, self.now(), read);
        state.put_account(account);
        Ok(self.admit(&mut state, user))
    }

    /// Lets a new user in under the name it `wants`: `user` is its number where it has been told one.
    /// Returns its place, and the token by which it is known when it comes back.
    ///
    /// A name that was held by a user who has not been seen for `name_hold` is given away, if the clock
    /// can be believed; that user, with all that is its own, goes by a free name like it.
    ///
    /// # Errors
    /// Where the name is taken, the user cannot be kept, there are too many, or the daemon is going away.
    pub(crate) async fn enter_new(
        self: &Arc<Self>,
        user: Option<u64>,
        wants: &UserName,
    ) -> Result<(Member, Secret), HubError> {
        loop {
            let token = token::new().map_err(|error| HubError::NotKept(error.to_string()))?;
            if let Some(member) = self.enter_with(user, wants, &token).await? {
                return Ok((member, token));
            }
        }
    }

    /// Lets a user in whose client has made the `token`: the user who has it, or a new one. So a client
    /// that lost the welcome, or was started twice at once, is one user.
    ///
    /// # Errors
    /// As [`Hub::enter_new`]; and if no user has the token and it could be guessed.
    pub(crate) async fn enter_proposed(
        self: &Arc<Self>,
        user: Option<u64>,
        wants: &UserName,
        token: &Secret,
    ) -> Result<Member, HubError> {
        loop {
            match self.enter_again(token, wants).await {
                Err(HubError::BadToken) => {}
                entered => return entered,
            }
            if !token::is_long_enough(token) {
                return Err(HubError::BadNewToken);
            }
            if let Some(member) = self.enter_with(user, wants, token).await? {
                return Ok(member);
            }
            // Another connection's user with this token is being stored. A change that is queued now
            // ends after that one is settled.
            self.journal.change(|_| Ok(())).await?;
        }
    }

    /// Stores a new user with this token, and lets it in; `None` if there is a user with this token, or
    /// one is being stored.
    async fn enter_with(
        self: &Arc<Self>,
        user: Option<u64>,
        wants: &UserName,
        token: &Secret,
    ) -> Result<Option<Member>, HubError> {
        let token = TokenHash::of(token);
        let place = self.journal.place().await?;
        let then = {
            let mut state = self.open()?;
            if !state.is_new_token(&token) {
                return Ok(None);
            }
            let newcomer = self.newcomer(&mut state, user, wants, token)?;
            let (kept, read) = (newcomer.kept.clone(), newcomer.read);
            let moved = newcomer.moved.clone();
            let hub = Arc::clone(self);
            place.change(
                move |db| {
                    moved.iter().try_for_each(|moved| keep::user(db, moved))?;
                    keep::user(db, &kept)?;
                    let (user, room) = (kept.user.id, RoomId::LOBBY);
                    keep::member(db, KeptMember { user, room, is_in: true, read_seq: read })
                },
                move |kept| hub.settle_newcomer(newcomer, kept.map_err(HubError::from)),
            )
        };
        then.await.map_err(|_| HubError::GoingAway)?.map(Some)
    }

    /// Lets the user in whose token this is. Where it `wants` another name than it has, it gets it if
    /// it is free.
    ///
    /// # Errors
    /// Where nobody has this token, or the daemon is going away.
    pub(crate) async fn enter_again(
        self: &Arc<Self>,
        token: &Secret,
        wants: &UserName,
    ) -> Result<Member, HubError> {
        let mut member = {
            let mut state = self.open()?;
            let account = state.by_token(&TokenHash::of(token)).ok_or(HubError::BadToken)?;
            let id = account.user.id;
            self.see(account);
            self.admit(&mut state, id)
        };
        if member.user().name.as_str() != wants.as_str() {
            // Who comes back is let in under the old name rather than not at all.
            let _ = member.rename(wants, IfTaken::Refuse).await;
        }
        Ok(member)
    }

    /// Takes note that a user is here; keeps it where what is kept is far off.
    pub(super) fn see(&self, account: &mut Account) {
        let now = self.now();
        if account.seen_at > before(now, SEEN_STEP) {
            return;
        }
        account.seen_at = now;
        // Where it cannot be kept now, it is the next time.
        if let Some(place) = self.journal.place_now() {
            let user = account.user.id;
            drop(place.change(move |db| keep::seen(db, user, now), |_| ()));
        }
    }

    pub(super) fn now(&self) -> At {
        self.clock.now()
    }

    /// Counts one session more of a user; the first is told to the user's rooms.
    fn admit(self: &Arc<Self>, state: &mut State, user: u64) -> Member {
        state.admit(user);
        let news = Arc::clone(&state.existing(user).news);
        Member::new(Arc::clone(self), user, self.next_session(), news)
    }

    /// Finds a name for a new user, and reserves it.
    fn newcomer(
        &self,
        state: &mut State,
        user: Option<u64>,
        wants: &UserName,
        token: TokenHash,
    ) -> Result<Newcomer, HubError> {
        let users_max = self.config.users_max;
        if state.users_kept() >= users_max {
            return Err(HubError::TooManyUsers(users_max));
        }
        // No name is given away while the clock cannot be believed.
        let since = self.clock.before(self.config.name_hold);
        let overdue =
            since.and_then(|since| state.overdue(wants, since)).and_then(Account::to_keep);
        let moved = match overdue {
            None => None,
            Some(mut holder) => {
                holder.user.name = state.names.free(None, wants, IfTaken::Number)?;
                Some(holder)
            }
        };
        let name = match &moved {
            Some(_) => wants.clone(),
            None => state.names.free(user, wants, IfTaken::Refuse)?,
        };
        let id = user.unwrap_or_else(|| state.next_user());
        if let Some(moved) = &moved {
            state.names.reserve(&moved.user.name, moved.user.id);
        }
        state.names.reserve(&name, id);
        state.arriving.insert(token);
        // A clock that is years behind must not make a new user look like an old one.
        let kept =
            KeptUser { user: User { id, name }, token, seen_at: self.now().max(self.newest) };
        Ok(Newcomer { kept, moved, read: state.rooms.lobby().last_seq() })
    }

    /// Lets a new user in once it is kept; or gives its name back.
    fn settle_newcomer(
        self: &Arc<Self>,
        newcomer: Newcomer,
        kept: Result<(), HubError>,
    ) -> Result<Member, HubError> {
        let Newcomer { kept: KeptUser { user, token, seen_at }, moved, read } = newcomer;
        if let Err(error) = kept {
            let mut state = self.state();
            state.arriving.remove(&token);
            state.names.release(&user.name, user.id);
            if let Some(User { id, name }) = moved.map(|moved| moved.user) {
                state.names.release(&name, id);
                // Unless it has come back and taken another name meanwhile.
                if state.existing(id).user.name == user.name {
                    state.names.reserve(&user.name, id);
                }
            }
            return Err(error);
        }
        if let Some(moved) = moved {
            self.settle_renamed(moved.user.id, &moved.user.name);
        }
        let mut state = self.state();
        let id = user.id;
        state.arriving.remove(&token);
        state.put_account(Account::new(user, Some(token), seen_at, read));
        Ok(self.admit(&mut state, id))
    }
}

/// A new user on its way into the journal.
struct Newcomer {
    kept: KeptUser,
    /// Who held the name before, under the name it is to have.
    moved: Option<KeptUser>,
    /// The last message of the lobby, which is not new to one who comes later.
    read: u64,
}
