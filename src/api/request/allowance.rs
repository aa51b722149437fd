//! An amount that all clients share, and of which one address may have a part: connections, streams, bytes in flight.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::api::response::problem::{Code, Problem};

/// The amount, and who has taken how much of it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Allowance(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What it is an amount of, for people.
    what: &'static str,
    most: usize,
    most_each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    each: HashMap<IpAddr, usize>,
}

/// Whose bound is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// That of all clients together.
    All(&'static str),
    /// That of one address.
    Address(&'static str),
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Self {
        match exceeded {
            Exceeded::All(what) => Problem::new(Code::Busy, format!("the service has as {what} as it takes at once")),
            Exceeded::Address(what) => {
                Problem::new(Code::TooMuchAtOnce, format!("this address has as {what} as one may have at once"))
            }
        }
    }
}

impl Allowance {
    /// At most so much in all, and so much of one address; `what` reads as in "many streams open".
    #[must_use]
    pub fn new(what: &'static str, most: usize, most_each: usize) -> Self {
        Allowance(Arc::new(Inner { what, most, most_each, taken: Mutex::default() }))
    }

    /// Takes an amount for an address, or for one that does not count by itself.
    ///
    /// # Errors
    /// When that would be more than may be.
    pub fn take(&self, address: Option<IpAddr>, amount: usize) -> Result<Share, Exceeded> {
        let mut share = Share { of: self.clone(), address, amount: 0 };
        share.grow(amount)?;
        Ok(share)
    }

    /// The same, or all that one may have where that is less.
    ///
    /// # Errors
    /// When that would be more than may be.
    pub fn take_at_most(&self, address: IpAddr, amount: usize) -> Result<Share, Exceeded> {
        self.take(Some(address), amount.min(self.0.most_each))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().expect("nothing panics while it holds the lock")
    }
}

/// What was taken; given back when dropped.
#[derive(Debug)]
pub struct Share {
    of: Allowance,
    address: Option<IpAddr>,
    amount: usize,
}

impl Share {
    /// Takes more.
    ///
    /// # Errors
    /// When that would be more than may be; what was taken before stays.
    pub fn grow(&mut self, amount: usize) -> Result<(), Exceeded> {
        let Inner { what, most, most_each, .. } = &*self.of.0;
        let mut taken = self.of.taken();
        if taken.all.saturating_add(amount) > *most {
            return Err(Exceeded::All(what));
        }
        if let Some(address) = self.address {
            let each = taken.each.get(&address).copied().unwrap_or(0).saturating_add(amount);
            if each > *most_each {
                return Err(Exceeded::Address(what));
            }
            taken.each.insert(address, each);
        }
        taken.all += amount;
        self.amount += amount;
        Ok(())
    }

    /// How much was taken.
    #[must_use]
    pub fn amount(&self) -> usize {
        self.amount
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        taken.all -= self.amount;
        if let Some(address) = self.address
            && let Some(each) = taken.each.get_mut(&address)
        {
            *each -= self.amount;
            if *each == 0 {
                taken.each.remove(&address);
            }
        }
    }
}
