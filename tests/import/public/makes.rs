//! The same tables in other makes: with other separators, and as workbooks.

use pledgewatch::import::{Format, Row};
use rust_xlsxwriter::{Format as CellFormat, FormatScript, Formula, Workbook, Worksheet};
use serde_json::Value;

use super::{bodies, city, codes, read_all};

const KLIMATKOLLEN: &str = "municipality,region,year,emissions_tco2e\nExemplby,\"Exempel, län\",1990,128402.516\nExemplby,\"Exempel, län\",1991,1e3\n";
const UK: &str = "Year,local-authority-code,official-name,Total Emissions:kt CO2,Population:000s\n2005,E07000223,\"Exampleshire, North\",3040.0979,183.933\n";
const C40: &str = "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,I.1.2,VI.1,BASIC,BASIC+\nExamplia,\"Korea, South\",City,July 2018 - June 2019,2018,BASIC,1000,10.5,NO,3,10.5,\n";
const CDP: &str = "Account Number,City Name,Country,City Short Name,Reporting Year,Measurement Year,Boundary,Primary Methodology,Gases included,Total City-wide Emissions (metric tonnes CO2e),Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Current Population Year,Current Population\n10001,City of Examplia,USA,Examplia,2016,12/31/2015 12:00:00 AM,,Other,\"CO2, CH4\",5000,3000,2000,2015,1000\n";
const SIGNATORIES: &str = "organisation_id,organisation_name,country_code,organisation_latitude,organisation_longitude,gcom_id\n1,\"Examplia, Città\",it,45.1,9.2,IT0001\n";
const LINES: &str = "GCoM_ID,emission_inventory_id,emission_inventory_sector,type_of_emissions,type_of_emission_inventory,inventory_year,population_in_the_inventory_year,emission_factor_type,emission_reporting_unit,emissions\nIT0001,10,\"Residential buildings and facilities\",direct_emissions,baseline_emission_inventory,2005,1000,IPCC,2,70.5\nIT0001,10,Transportation,direct_emissions,baseline_emission_inventory,2005,1000,IPCC,2,30\n";

/// Every format, with the texts of files that are read together.
const FILES: [(Format, &[&str]); 5] = [
    (Format::Klimatkollen, &[KLIMATKOLLEN]),
    (Format::Uk, &[UK]),
    (Format::C40, &[C40]),
    (Format::Cdp, &[CDP]),
    (Format::Covenant, &[SIGNATORIES, LINES]),
];

fn cells(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The text with another separator.
fn separated_by(separator: u8, text: &str) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    cells(text).iter().for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

/// Writes the text into a sheet, numbers as numbers.
fn fill(sheet: &mut Worksheet, text: &str) {
    for (row, cells) in (0..).zip(cells(text)) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) => drop(sheet.write_number(row, column, number).unwrap()),
                Err(_) if cell.is_empty() => {}
                Err(_) => drop(sheet.write_string(row, column, cell).unwrap()),
            }
        }
    }
}

/// A workbook whose sheets have these names and texts, changed by `change`.
fn workbook(sheets: &[(&str, &str)], change: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, text) in sheets {
        fill(book.add_worksheet().set_name(*name).unwrap(), text);
    }
    change(&mut book);
    book.save_to_buffer().unwrap()
}

/// What rows come to, wherever they stand.
fn said(rows: &[Row]) -> Vec<(String, Value, Vec<Value>)> {
    let said = |row: &Row| {
        let bodies = bodies(row).into_iter().map(|(.., body)| body).collect();
        (row.subject.clone(), city(row), bodies)
    };
    rows.iter().map(said).collect()
}

fn read(format: Format, files: &[Vec<u8>]) -> Result<Vec<Row>, String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|file| ("file", file.as_slice())).collect();
    read_all(format, &files).map_err(|error| error.to_string())
}

#[test]
fn every_format_is_read_by_its_own_separator_and_as_a_workbook() {
    for (format, texts) in FILES {
        let plain: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        let plain = said(&read(format, &plain).unwrap());
        assert!(!plain.is_empty(), "{format}");
        for separator in [b';', b'\t'] {
            let files: Vec<_> = texts.iter().map(|text| separated_by(separator, text)).collect();
            assert_eq!(said(&read(format, &files).unwrap()), plain, "{format} by {}", separator as char);
        }
        let books: Vec<_> = texts.iter().map(|text| workbook(&[("Data 2020", text)], |_| {})).collect();
        let rows = read(format, &books).unwrap();
        assert_eq!(said(&rows), plain, "{format} as a workbook");
        assert_eq!(rows[0].place.to_string(), "file, sheet Data 2020, row 2");
        // Beside sheets of other things, whatever their order, the one with its headers is meant.
        let sheets = |text| [("Read me", "What this is\n"), ("Other", "a,b\n1,2\n"), ("Data", text)];
        let books: Vec<_> = texts.iter().map(|text| workbook(&sheets(text), |_| {})).collect();
        assert_eq!(said(&read(format, &books).unwrap()), plain, "{format} among other sheets");
    }
}

#[test]
fn a_column_of_tonnes_in_another_unit_is_no_column_of_tonnes() {
    for unit in ["1000 tonnes CO2e", "Gg", "MMT CO2e", "lb", "metric tonnes CH4", "tons"] {
        let cdp = CDP.replace("metric tonnes CO2e", unit);
        let told = read(Format::Cdp, &[cdp.into_bytes()]).unwrap_err();
        assert!(told.contains(&format!("({unit})")), "{told}");
        let lines = LINES.replace(",emissions\n", &format!(",emissions ({unit})\n"));
        let told = read(Format::Covenant, &[SIGNATORIES.as_bytes().to_vec(), lines.into_bytes()]).unwrap_err();
        assert!(told.contains(&format!("the column \"emissions ({unit})\" ")), "{told}");
    }
}

#[test]
fn the_sheet_that_is_read_is_told_or_the_workbook_refused() {
    let mut notices = Vec::new();
    let book = workbook(&[("Notes", "a,b\n1,2\n"), ("Data", KLIMATKOLLEN)], |_| {});
    let outcome = Format::Klimatkollen.read(vec![super::source("k.xlsx", &book)], &mut |_| Ok::<(), ()>(()));
    notices.extend(outcome.unwrap());
    assert_eq!(notices, ["of k.xlsx only the sheet \"Data\" is read, not \"Notes\""]);

    let refused = |sheets: &[(&str, &str)], change: &dyn Fn(&mut Workbook)| {
        read(Format::Klimatkollen, &[workbook(sheets, change)]).unwrap_err()
    };
    let both = [("2015", KLIMATKOLLEN), ("2016", KLIMATKOLLEN)];
    assert_eq!(
        refused(&both, &|_| {}),
        "file has more than one sheet with this layout: \"2015\", \"2016\"; keep only one of them"
    );
    let hide = |book: &mut Workbook| {
        book.worksheet_from_index(1).unwrap().set_hidden(true);
    };
    assert!(refused(&both, &hide).starts_with("file: the sheet 2016 is hidden"));
    assert!(refused(&[("Data", "a,b\n1,2\n")], &|_| {}).contains("has no column for the emissions"));
    assert_eq!(refused(&[("Data", "")], &|_| {}), "file is empty");
    let refused = read(Format::Klimatkollen, &[b"%PDF-1.7".to_vec()]).unwrap_err();
    assert!(refused.starts_with("file: the file is a PDF"), "{refused}");
    let refused = read(Format::Klimatkollen, &[b"PK\x03\x04".to_vec()]).unwrap_err();
    assert!(refused.contains("cannot be read"), "{refused}");
}

#[test]
fn a_cell_that_is_not_shown_as_it_is_leaves_its_row_out() {
    let changed = |change: &dyn Fn(&mut Worksheet)| {
        let book = workbook(&[("Data", KLIMATKOLLEN)], |book| change(book.worksheet_from_index(0).unwrap()));
        read(Format::Klimatkollen, &[book]).unwrap()
    };
    let plain = CellFormat::new();
    let raised = CellFormat::new().set_font_script(FormatScript::Superscript);
    let struck = CellFormat::new().set_font_strikethrough();
    let rows = changed(&|sheet| {
        sheet.write_rich_string(1, 3, &[(&plain, "1234567"), (&raised, "1")]).unwrap();
        sheet.write_number_with_format(2, 3, 5, &struck).unwrap();
    });
    assert_eq!(codes(&rows), ["raised_text", "struck_out"]);
    let told = &rows[0].outcome.as_ref().unwrap_err().detail;
    assert!(told.starts_with("Cell D2 (emissions_tco2e), \"12345671\", has raised or lowered text"), "{told}");
    assert_eq!(codes(&changed(&|sheet| drop(sheet.set_row_hidden(2)))), ["usable", "hidden_cell"]);
    assert_eq!(codes(&changed(&|sheet| drop(sheet.set_column_hidden(3)))), ["hidden_cell", "hidden_cell"]);
    let thousands = CellFormat::new().set_num_format("0,");
    let rows = changed(&|sheet| {
        sheet.write_number_with_format(1, 3, 1_233_000, &thousands).unwrap();
        sheet.write_formula(2, 3, Formula::new("1/0").set_result("#DIV/0!")).unwrap();
    });
    assert_eq!(codes(&rows), ["number_format", "not_a_number"]);
    // What is not read may look as it likes.
    let beside = changed(&|sheet| {
        sheet.write_string(0, 5, "remark").unwrap();
        sheet.write_string_with_format(1, 5, "old", &struck).unwrap();
        sheet.set_column_hidden(5).unwrap();
    });
    assert_eq!(codes(&beside), ["usable", "usable"]);
}
