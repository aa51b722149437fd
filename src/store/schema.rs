//! The tables, as the migrations make them.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

table! {
    revision (id) {
        id -> Integer,
        number -> BigInt,
        head -> Text,
        keys -> BigInt,
    }
}

table! {
    changes (sequence) {
        sequence -> BigInt,
        recorded_at -> Timestamp,
        actor -> Text,
        kind -> Text,
        city -> Text,
        id -> Text,
        action -> Text,
        revision -> Integer,
        body -> Nullable<Text>,
        body_hash -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

table! {
    cities (id) {
        id -> Text,
        name -> Text,
        country -> Text,
        region -> Nullable<Text>,
        locode -> Nullable<Text>,
        latitude -> Nullable<Double>,
        longitude -> Nullable<Double>,
        boundary -> Text,
        part_of -> Nullable<Text>,
        website -> Nullable<Text>,
        withdrawn -> Bool,
        revision -> Integer,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
    }
}

table! {
    city_identifiers (city, register) {
        city -> Text,
        register -> Text,
        identifier -> Text,
    }
}

table! {
    inventories (city, kind, id) {
        city -> Text,
        kind -> Text,
        id -> Text,
        year -> Integer,
        period_start -> Nullable<Date>,
        period_end -> Nullable<Date>,
        basic_kg -> Nullable<BigInt>,
        basic_plus_kg -> Nullable<BigInt>,
        scope_1_kg -> Nullable<BigInt>,
        scope_1_2_kg -> Nullable<BigInt>,
        scope_1_2_3_kg -> Nullable<BigInt>,
        own_kg -> Nullable<BigInt>,
        population -> Nullable<BigInt>,
        protocol -> Nullable<Text>,
        gases -> Nullable<Text>,
        gwp -> Nullable<Text>,
        credits_retired_kg -> Nullable<BigInt>,
        uncertainty_percent -> Nullable<Double>,
        verification_level -> Nullable<Text>,
        verification_by -> Nullable<Text>,
        source_title -> Text,
        source_url -> Nullable<Text>,
        source_publisher -> Nullable<Text>,
        source_published -> Nullable<Date>,
        source_licence -> Nullable<Text>,
        source_locator -> Nullable<Text>,
        note -> Nullable<Text>,
        withdrawn -> Bool,
        revision -> Integer,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
    }
}

table! {
    inventory_lines (city, kind, id, position) {
        city -> Text,
        kind -> Text,
        id -> Text,
        position -> Integer,
        gpc_ref -> Text,
        kg -> Nullable<BigInt>,
        gas -> Nullable<Text>,
        gas_kg -> Nullable<BigInt>,
        notation -> Nullable<Text>,
        explanation -> Nullable<Text>,
    }
}

table! {
    targets (city, id) {
        city -> Text,
        id -> Text,
        kind -> Text,
        level -> Text,
        sector -> Nullable<Text>,
        baseline -> Nullable<Text>,
        baseline_kind -> Nullable<Text>,
        base_year -> Nullable<Integer>,
        reduction_percent -> Nullable<Double>,
        level_kg -> Nullable<BigInt>,
        scenario_kg -> Nullable<BigInt>,
        target_year -> Integer,
        max_offset_percent -> Nullable<Double>,
        standing -> Text,
        set_on -> Nullable<Date>,
        superseded_by -> Nullable<Text>,
        conditional -> Nullable<Bool>,
        source_title -> Text,
        source_url -> Nullable<Text>,
        source_publisher -> Nullable<Text>,
        source_published -> Nullable<Date>,
        source_licence -> Nullable<Text>,
        source_locator -> Nullable<Text>,
        note -> Nullable<Text>,
        withdrawn -> Bool,
        revision -> Integer,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
    }
}

table! {
    target_milestones (city, target, year) {
        city -> Text,
        target -> Text,
        year -> Integer,
        kg -> Nullable<BigInt>,
        reduction_percent -> Nullable<Double>,
    }
}

table! {
    statements (city) {
        city -> Text,
        text -> Text,
        target -> Nullable<Text>,
        withdrawn -> Bool,
        revision -> Integer,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
    }
}

table! {
    networks (id) {
        id -> Text,
        name -> Text,
        website -> Nullable<Text>,
        source_title -> Text,
        source_url -> Nullable<Text>,
        source_publisher -> Nullable<Text>,
        source_published -> Nullable<Date>,
        source_licence -> Nullable<Text>,
        source_locator -> Nullable<Text>,
        withdrawn -> Bool,
        revision -> Integer,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
    }
}

table! {
    members (network, city) {
        network -> Text,
        city -> Text,
        joined_on -> Nullable<Date>,
        left_on -> Nullable<Date>,
        source_title -> Text,
        source_url -> Nullable<Text>,
        source_publisher -> Nullable<Text>,
        source_published -> Nullable<Date>,
        source_licence -> Nullable<Text>,
        source_locator -> Nullable<Text>,
        withdrawn -> Bool,
        revision -> Integer,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
    }
}

table! {
    keys (id) {
        id -> Text,
        label -> Text,
        role -> Text,
        secret_hash -> Text,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

table! {
    key_cities (key_id, city) {
        key_id -> Text,
        city -> Text,
    }
}

allow_tables_to_appear_in_same_query!(keys, key_cities);
