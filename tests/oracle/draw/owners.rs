//! Whose commitments are: by their ARNs mostly, and else as only seeds or fee rows tell.

use rand::Rng;

use super::{Draw, names};
use crate::oracle::month::{CommitmentOwner, Registered};

/// Place of the first account that has no line any more.
const CLOSED: usize = 900;

/// Who bought a commitment, as its ARN says, and whose fee rows are.
#[derive(Clone)]
pub(super) struct Buyer {
    pub(super) arn_account: String,
    pub(super) fee_account: String,
    /// Whether a seed shall say whose it is.
    is_seeded: bool,
    /// Whether its fees are on no bill any more.
    pub(super) is_unbilled: bool,
}

impl Draw {
    /// A buyer: an account of the month; or one that closed, which the registry may know still.
    pub(super) fn buyer(&mut self) -> Buyer {
        let account = self.account();
        let buyer = Buyer { arn_account: account.clone(), fee_account: account, is_seeded: false, is_unbilled: false };
        match self.rng.random_range(0..100) {
            0..8 => {
                let is_registered = self.chance(25);
                let is_unbilled = self.chance(30);
                Buyer { arn_account: self.closed(is_registered), is_unbilled, ..buyer }
            }
            8..12 => Buyer { fee_account: self.month.payer.clone(), ..buyer },
            12..18 => Buyer { is_seeded: true, ..buyer },
            _ => buyer,
        }
    }

    /// An account without lines, which owned something.
    fn closed(&mut self, is_registered: bool) -> String {
        let account_id = names::account(self.number, CLOSED + self.last_closed);
        self.last_closed += 1;
        if is_registered {
            let group = if self.chance(50) { self.groups.first().cloned() } else { None };
            let row = Registered { account_id: account_id.clone(), group, ..Registered::default() };
            self.month.registry.push(row);
        }
        account_id
    }

    /// A number for an ARN that nothing else has.
    pub(super) fn arn_number(&mut self) -> String {
        self.last_arn += 1;
        format!("{}{:03}", self.prefix, self.last_arn)
    }

    /// The ARN of what was bought; where a seed tells the owner, its row.
    pub(super) fn bought(&mut self, buyer: &Buyer, service: &str, region: &str, resource: &str) -> String {
        let number = self.arn_number();
        let arn = format!("arn:aws:{service}:{region}:{}:{resource}{number}", buyer.arn_account);
        if buyer.is_seeded {
            let account_id = self.account();
            let commitment_arn = if self.chance(40) { format!("arn:aws:%:{resource}{number}") } else { arn.clone() };
            self.month.commitment_owners.push(CommitmentOwner { commitment_arn, account_id });
        }
        arn
    }
}
