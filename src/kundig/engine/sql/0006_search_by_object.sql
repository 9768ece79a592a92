-- The labels of each object in their order: who sees all of some objects and little of the rest reads twenty of each, not all labels.
create index search_entry_object_label on {ws}.search_entry (object, label_fold, record);
