"""What the service keeps: tables, migrations, transactions, the audit trail."""
