select identity_line_item_id
from {{ source('cur', 'line_items') }}
