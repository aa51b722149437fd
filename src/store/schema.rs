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
        keys_head -> Text,
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
    confirmations (kind, city, id, since, body_hash) {
        kind -> Text,
        city -> Text,
        id -> Text,
        since -> Date,
        body -> Text,
        body_hash -> Text,
    }
}

table! {
    records (kind, city, id) {
        kind -> Text,
        city -> Text,
        id -> Text,
        revision -> Integer,
        state -> Text,
        sequence -> BigInt,
        recorded_at -> Timestamp,
        recorded_by -> Text,
        reason -> Nullable<Text>,
        body -> Nullable<Text>,
    }
}

table! {
    record_views (name) {
        name -> Text,
        definition -> Text,
    }
}

table! {
    identity (id) {
        id -> Integer,
        word -> Text,
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
        expires_on -> Nullable<Date>,
        old_secret_hash -> Nullable<Text>,
        old_secret_until -> Nullable<Timestamp>,
        last_used_on -> Nullable<Date>,
    }
}

table! {
    key_cities (key_id, city) {
        key_id -> Text,
        city -> Text,
    }
}

table! {
    idempotency_keys (key_id, token) {
        key_id -> Text,
        token -> Text,
        request_hash -> Text,
        first_entry -> BigInt,
        last_entry -> BigInt,
        recorded_at -> Timestamp,
    }
}

table! {
    key_changes (sequence) {
        sequence -> BigInt,
        recorded_at -> Timestamp,
        actor -> Text,
        actor_key -> Nullable<Text>,
        key_id -> Text,
        action -> Text,
        body -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

table! {
    head_keys (id) {
        id -> Integer,
        private_key -> Text,
        public_key -> Text,
        created_at -> Timestamp,
    }
}

table! {
    forks (id) {
        id -> Text,
        kept_sequence -> BigInt,
        kept_hash -> Text,
        seen_sequence -> BigInt,
        seen_hash -> Text,
        found_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        accepted_by -> Nullable<Text>,
    }
}

allow_tables_to_appear_in_same_query!(keys, key_cities);
