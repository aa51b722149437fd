//! Archives that are not the workbooks they claim to be: damaged, of another format, too large, or made to cost much.

use std::io::Cursor;

use pledgewatch::import::table;
use proptest::prelude::*;
use rust_xlsxwriter::{Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{bodies, filled, import, refusal, rewritten, tables, with_sheet};

#[test]
fn two_cells_in_one_place_are_damage() {
    let bytes = filled(&["year", "total_own", "source_title"], |sheet| {
        sheet.write_row(1, 0, [2020.0, 5.0]).unwrap();
    });
    let twice = |again: &str| {
        with_sheet(&bytes, |text| {
            assert!(text.contains("</row></sheetData>"));
            text.replace("</row></sheetData>", &format!("{again}</row></sheetData>"))
        })
    };
    assert_eq!(refusal(&twice("<c r=\"B2\"><v>99</v></c>")).code, "damaged_workbook");
    assert_eq!(tables(&twice("<c r=\"B2\"/>"))[0].rows[1].cells.len(), 2, "an empty one takes nothing away");
}

#[test]
fn other_formats_are_refused_by_name() {
    let zip = |name: &str| {
        let mut written = ZipWriter::new(Cursor::new(Vec::new()));
        written.start_file(name, SimpleFileOptions::default()).unwrap();
        written.finish().unwrap().into_inner()
    };
    let cases = [
        (zip("content.xml"), "OpenDocument"),
        (zip("xl/workbook.bin"), ".xlsb"),
        (zip("word/document.xml"), ".docx"),
        (zip("anything"), "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "old or encrypted"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"<html>".to_vec(), "web page"),
    ];
    for (bytes, named) in cases {
        let refused = refusal(&bytes);
        assert_eq!(refused.code, "unknown_format");
        assert!(refused.detail.contains(named), "{refused}");
    }
    assert_eq!(refusal(b"PK\x03\x04 and no more").code, "damaged_workbook");
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let small = filled(&["year"], |_| ());
    let spaces =
        |count: usize| move |text: String| text.replace("<sheetData>", &format!("<sheetData>{}", " ".repeat(count)));
    let fits = with_sheet(&small, spaces(1_000_000));
    assert!(table::read(&fits).is_ok());
    let mut bomb = with_sheet(&small, spaces(70_000_000));
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    assert_eq!(refusal(&bomb).code, "workbook_too_large");

    // The sizes declared in the directory and before each part are replaced by small ones.
    let honest = (70_000_000_u32..70_100_000).find_map(|size| {
        let wanted = size.to_le_bytes();
        let places: Vec<usize> = bomb.windows(4).enumerate().filter(|(_, w)| *w == wanted).map(|(at, _)| at).collect();
        (!places.is_empty()).then_some(places)
    });
    for place in honest.expect("the size is declared") {
        bomb[place..place + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    assert!(matches!(refusal(&bomb).code, "workbook_too_large" | "damaged_workbook"));

    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..2001 {
        many.start_file(format!("{index}.xml"), SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(refusal(&many.finish().unwrap().into_inner()).code, "workbook_too_large");
}

#[test]
fn a_small_file_cannot_stand_for_many_sheets_cells_texts_or_formats() {
    let small = filled(&["year"], |_| ());
    let part = |wanted: &'static str, from: &str, to: &str| {
        rewritten(&small, CompressionMethod::Deflated, |name, text| {
            if name != wanted {
                return Some(text.into_bytes());
            }
            assert!(text.contains(from), "{text}");
            Some(text.replace(from, to).into_bytes())
        })
    };
    let code = |bytes: &[u8]| refusal(bytes).code;
    let sheets = |count: usize, id: fn(usize) -> usize| {
        let entry = |n: usize| format!("<x:sheet name=\"s{n}\" sheetId=\"{n}\" r:id='rId{}' ></x:sheet>", 100 + id(n));
        let entries: String = (0..count).map(entry).collect();
        part("xl/workbook.xml", "<sheets>", &format!("<sheets>{entries}"))
    };
    assert_eq!(code(&sheets(2, |_| 1)), "damaged_workbook", "two sheets have one relation");
    assert_eq!(code(&sheets(100, |n| n)), "workbook_too_large");
    let worksheet = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    for target in ["worksheets/sheet1.xml", "/xl/worksheets/SHEET1.xml", "other/../worksheets/sheet1.xml"] {
        let again = format!("<Relationship Target = '{target}' Id=\"rId9\" Type=\"{worksheet}\"/></Relationships>");
        let bytes = part("xl/_rels/workbook.xml.rels", "</Relationships>", &again);
        assert_eq!(code(&bytes), "damaged_workbook", "{target}");
    }
    let formats =
        |element: &str, count: usize| part("xl/styles.xml", "<cellXfs", &format!("{}<cellXfs", element.repeat(count)));
    assert_eq!(code(&formats("<xf/>", 4_001)), "workbook_too_large");
    assert_eq!(code(&formats("<a:xf></a:xf>", 4_001)), "workbook_too_large");
    assert_eq!(code(&formats("<font/>", 200_000)), "workbook_too_large");
    assert_eq!(code(&formats(&format!("<font name='{}'/>", "x".repeat(2048)), 1)), "damaged_workbook");
    assert!(table::read(&formats("<font name='x'/>", 10_000)).is_ok());
    let texts = part("xl/sharedStrings.xml", "</sst>", &format!("{}</sst>", "<si/>".repeat(100_001)));
    assert_eq!(code(&texts), "workbook_too_large");
    let cells = |count: usize| {
        with_sheet(&small, |text| text.replace("</row>", &format!("{}</row>", "<c r=\"A1\"/>".repeat(count))))
    };
    assert!(table::read(&cells(10_000)).is_ok());
    assert_eq!(code(&cells(300_000)), "workbook_too_large");
    let repeated = filled(&["year"], |sheet| {
        for row in 1..300 {
            sheet.write(row, 0, "x".repeat(32_000)).unwrap();
        }
    });
    assert_eq!(code(&repeated), "workbook_too_large");
}

#[test]
fn declared_sizes_cost_nothing() {
    let small = filled(&["year"], |sheet| {
        sheet.write(1, 0, "# none").unwrap();
    });
    let huge = with_sheet(&small, |text| {
        let begins = text.find("<dimension").unwrap();
        let ends = begins + text[begins..].find("/>").unwrap() + 2;
        text.replace(&text[begins..ends], "<dimension ref=\"A1:XFD1048576\"/>")
    });
    assert_eq!(tables(&huge)[0].rows.len(), 1);
    let counted = rewritten(&small, CompressionMethod::Stored, |name, text| {
        let text = if name.ends_with("sharedStrings.xml") {
            assert!(text.contains("uniqueCount=\"2\""));
            text.replace("uniqueCount=\"2\"", "uniqueCount = '99999999999'")
        } else {
            text
        };
        Some(text.into_bytes())
    });
    assert_eq!(refusal(&counted).code, "damaged_workbook");
    let encoded = rewritten(&small, CompressionMethod::Stored, |name, text| {
        let wide = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Some(if name.ends_with("sharedStrings.xml") { wide(text) } else { text.into_bytes() })
    });
    assert_eq!(refusal(&encoded).code, "damaged_workbook");
    let far = filled(&["year"], |sheet| {
        sheet.write(1_048_575, 0, "the last row").unwrap();
    });
    assert_eq!(tables(&far)[0].rows[1].number, 1_048_576);
    let wide = filled(&["year"], |sheet| {
        sheet.write(1, 16_383, 1).unwrap();
    });
    assert_eq!(refusal(&wide).code, "too_many_columns");
    let moved = |place: &str| with_sheet(&small, |text| text.replace("r=\"A2\"", place));
    for place in ["r=\"A0\"", "r=\"1A\""] {
        assert_eq!(refusal(&moved(place)).code, "damaged_workbook", "{place}");
    }
    for place in ["r=\"A99999999999\"", "r=\"ZZZZZZZZZZZZ1\""] {
        drop(table::read(&moved(place)));
    }
}

#[test]
fn days_counted_from_1904_and_more_rows_than_are_read_are_refused() {
    let small = filled(&["year"], |_| ());
    let other = rewritten(&small, CompressionMethod::Stored, |_, text| {
        Some(text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ").into_bytes())
    });
    assert_eq!(refusal(&other).code, "days_from_1904");
    let rows = |count: u32| {
        filled(&["year"], |sheet| {
            sheet.write(1, 0, "# the year").unwrap();
            for row in 2..count + 2 {
                sheet.write(row, 0, 2020).unwrap();
            }
            sheet.write(count + 2, 0, "# the end").unwrap();
        })
    };
    assert_eq!(tables(&rows(5000))[0].figures(), 5000, "headers and remarks are no figures");
    assert_eq!(refusal(&rows(5001)).code, "too_many_rows");
}

#[test]
fn two_sheets_share_the_limit_of_rows() {
    let mut book = Workbook::new();
    for name in ["Reports", "Lines"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for row in 0..=2501 {
            sheet.write(row, 0, 1).unwrap();
        }
    }
    assert_eq!(refusal(&book.save_to_buffer().unwrap()).code, "too_many_rows");
    assert_eq!(bodies(&import(&tables(&filled(&["year"], |_| ())))), [] as [serde_json::Value; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_change_of_its_bytes_makes_the_reader_fail(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        part in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = filled(&["year", "total_own", "source_title"], |sheet| {
            sheet.write_row(1, 0, ["2020", "5", "x"]).unwrap();
            sheet.write(2, 0, 2019).unwrap();
            sheet.write(2, 1, Formula::new("1+1").set_result("2")).unwrap();
        });
        let damage = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            for (index, byte) in &changes {
                let at = index.index(bytes.len());
                bytes[at] = *byte;
            }
            bytes
        };
        // In the archive, and in the text of one of its parts.
        drop(table::read(&damage(&bytes)));
        drop(table::read(&bytes[..cut.index(bytes.len())]));
        let parts = ZipArchive::new(Cursor::new(&bytes[..])).unwrap().len();
        let chosen = ZipArchive::new(Cursor::new(&bytes[..])).unwrap().name_for_index(part.index(parts)).unwrap().unwrap().into_owned();
        let inside = rewritten(&bytes, CompressionMethod::Stored, |name, text| {
            let text = text.into_bytes();
            Some(if name == chosen { damage(&text) } else { text })
        });
        if let Ok(tables) = table::read(&inside) {
            drop(pledgewatch::import::template::reader::read(&tables, &super::here(), super::today(), &|_| None));
        }
    }
}
