#!/bin/sh
# Imports "CRM Sales Opportunities" (Maven Analytics) as it is: untidy. Safe to repeat; after an interruption it goes on.
#
#   docs/examples/maven/import.sh FOLDER      FOLDER holds accounts.csv, products.csv, sales_teams.csv, sales_pipeline.csv
#
# Settings are those of the installation (KUNDIG_DATA or KUNDIG_DATABASE_URL). KUNDIG names the command, if it is not on the path.
# Each import is one change and can be undone as a whole.
set -eu
data=${1:?which folder holds the files?}
here=$(cd "$(dirname "$0")" && pwd)
kundig=${KUNDIG:-kundig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The day of the first contact has no field of its own yet: one document adds it, with label, form, filter and API.
"$kundig" config apply "$here/fields.yaml"

# Offices become teams. Each stands in many rows; as an external id it is made once.
"$kundig" import team "$data/sales_teams.csv" --locale en --mode upsert --match external_id \
  --map "regional_office=external_id:maven" --map "regional_office=name"

# Managers and agents become users who can't sign in (inactive) and are not written to. Users need an address, which the file lacks.
awk -F, 'function mail(n) { n = tolower(n); gsub(/[^a-z]+/, ".", n); return n "@maven.example" }
  NR == 1 { print "name,email,office,manager"; next }
  { sub(/\r$/, "") }
  !seen[$2]++ { print $2 "," mail($2) "," $3 "," }
  { print $1 "," mail($1) "," $3 "," $2 }' "$data/sales_teams.csv" > "$work/people.csv"
"$kundig" import user "$work/people.csv" --locale en --mode upsert --match email \
  --map "name=name" --map "email=email" --map "office=teams" --map "manager=manager" --constant "is_active=no"

# Subsidiaries name companies further down in the same file: such rows are tried again at the end. Revenue is in millions.
"$kundig" import account "$data/accounts.csv" --locale en --mode upsert --match external_id \
  --map "account=external_id:maven" --map "account=name" --map "employees=employees" --map "subsidiary_of=parent" \
  --map "sector=industry" --values "industry:technolgy=technology" --values "industry:medical=healthcare" \
  --values "industry:employment=staffing" \
  --map "revenue=annual_revenue" --scale "annual_revenue=1000000" \
  --map "office_location=billing_address.country" --values "billing_address.country:Philipines=PH" \
  --constant "type=customer"

"$kundig" import product "$data/products.csv" --locale en --mode upsert --match sku \
  --map "product=sku" --map "product=name" --map "sales_price=price" --constant "family=hardware" --constant "kind=good"

# 8,800 opportunities with one line each. "GTXPro" is the product "GTX Pro"; lost ones get a reason, the others none. Open ones
# have no value yet: without "0" for an empty cell their lines would take the product's price.
"$kundig" import opportunity "$data/sales_pipeline.csv" --locale en --dates mdy --mode upsert --match external_id \
  --map "opportunity_id=external_id:maven" --map "opportunity_id=name" --map "account=account" --map "sales_agent=owner" \
  --map "engage_date=engaged_on" --map "close_date=close_date" \
  --map "deal_stage=stage" --values "stage:Prospecting=qualification" --values "stage:Engaging=needs_analysis" \
  --map "deal_stage=lost_reason" --values "lost_reason:Lost=other" --values "lost_reason:*=" \
  --map "product=opportunity_line.product" --by "opportunity_line.product=sku" --values "opportunity_line.product:GTXPro=GTX Pro" \
  --map "close_value=opportunity_line.unit_price" --values "opportunity_line.unit_price:=0" --constant "opportunity_line.quantity=1"
