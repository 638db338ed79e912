-- Codes that share a name have to share the category.
select
    service_name,
    min(service_category) as one_category,
    max(service_category) as another,
    min(service_subcategory) as one_subcategory,
    max(service_subcategory) as another_subcategory
from {{ ref('focus_cost_and_usage') }}
group by service_name
having
    min(service_category) <> max(service_category)
    or min(service_subcategory) <> max(service_subcategory)
