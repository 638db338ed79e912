select identity_line_item_id
from {{ ref('costs') }}
