-- What currencies were worth when a record was closed: its amounts keep that, whatever is entered later. In the currency `home`.
create table {ws}.kept_rate (
    object text not null,
    record uuid not null,
    currency text not null,
    home text not null,
    rate numeric not null check (rate > 0),
    primary key (object, record, currency, home)
);
