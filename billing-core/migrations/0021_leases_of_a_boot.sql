-- What a boot holds is asked for when it is sealed, and by an admin before its spool is written off.
create index leases_boot on leases (boot_id);
