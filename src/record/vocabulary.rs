//! Closed vocabularies of the records: enumerations in which each member has one spelling.

/// Declares an enumeration whose members are written as fixed words.
macro_rules! vocabulary {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $member_doc:literal])* $member:ident = $word:literal,)+ }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[doc = $member_doc])* #[serde(rename = $word)] $member,)+
        }

        // Written by hand: the derive cannot see the literals inside a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let description = concat!($($doc,)* $("\n- `", $word, "`:", $($member_doc,)*)+);
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some([$($word),+]))
                    .description(Some(description.trim()))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$member),+];

            /// The word that stands for it in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$member => $word),+ }
            }

            /// The member written as `word`; `None` if there is none.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::record::fault::Parse for $name {
            fn parse(value: serde_json::Value, at: &$crate::record::fault::At<'_>) -> Option<Self> {
                let member = value.as_str().and_then(Self::from_word);
                if member.is_none() {
                    let words: Vec<&str> = Self::ALL.iter().map(|member| member.as_str()).collect();
                    return at.fault("not_allowed", format!("must be one of {}", words.join(", ")));
                }
                member
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// What a city's inventory covers. The same place with another boundary is another reporting entity.
    Boundary {
        /// The whole city: everyone who lives and works in it.
        Community = "community",
        /// The city administration's own operations.
        Operations = "operations",
        /// The metropolitan area around the city.
        Metropolitan = "metropolitan",
    }
}

vocabulary! {
    /// The accounting standard of an inventory.
    Protocol {
        /// Global Protocol for Community-Scale Greenhouse Gas Inventories (GPC).
        Gpc = "gpc",
        /// Common Reporting Framework of the Global Covenant of Mayors.
        Crf = "crf",
        /// IPCC guidelines for national inventories.
        Ipcc = "ipcc",
        /// A national standard.
        National = "national",
        /// Another standard.
        Other = "other",
    }
}

vocabulary! {
    /// A gas, or family of gases, that an inventory covers.
    Gas {
        /// Carbon dioxide.
        Co2 = "co2",
        /// Methane.
        Ch4 = "ch4",
        /// Nitrous oxide.
        N2o = "n2o",
        /// Hydrofluorocarbons.
        Hfc = "hfc",
        /// Perfluorocarbons.
        Pfc = "pfc",
        /// Sulphur hexafluoride.
        Sf6 = "sf6",
        /// Nitrogen trifluoride.
        Nf3 = "nf3",
    }
}

vocabulary! {
    /// How emissions from the electricity used are counted (GHG Protocol Scope 2 Guidance).
    Electricity {
        /// Location-based: by the average emissions of the grid.
        Location = "location",
        /// Market-based: by the supply contracts, such as guarantees of origin.
        Market = "market",
        /// Partly location-based, partly market-based.
        Mixed = "mixed",
    }
}

vocabulary! {
    /// Who verified an inventory.
    VerificationLevel {
        /// The city itself.
        SelfVerified = "self",
        /// An independent auditor.
        Audited = "audited",
    }
}
