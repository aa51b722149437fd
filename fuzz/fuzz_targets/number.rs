//! Numbers as people type them: `cargo fuzz run number`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pledgewatch::import::table::number::{Decimal, Quantity, plain, read};

fuzz_target!(|text: &str| {
    for quantity in [Quantity::Tonnes, Quantity::GasTonnes, Quantity::People, Quantity::Percent] {
        for settled in [None, Some(Decimal::Point), Some(Decimal::Comma)] {
            if let Ok(number) = read(text, quantity, settled) {
                assert!(number.is_finite());
                // What is written is read back as the same number.
                if quantity != Quantity::People {
                    assert_eq!(read(&plain(number), quantity, None), Ok(number));
                }
            }
        }
    }
});
