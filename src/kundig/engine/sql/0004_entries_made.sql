-- How names and search entries of an object's records were made; when that changes, a job makes them anew.
create table {ws}.entries_made (
    object text primary key,
    recipe text not null
);
