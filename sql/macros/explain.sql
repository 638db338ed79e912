{#- What the questions of `apportion explain` have in common (sql/explain/). -#}

{#- CTE `told`: the accounts that may be named, and how. A customer is told of
    its own alone, which the accounts of the condition `asked` tell: what AWS
    billed if its statement says so; what they really cost if it does, or if
    that is their price. -#}
{% macro told_accounts(asked) -%}
{%- if param('as_customer') -%}
asked_accounts as (
    select
        account_id,
        customer
    from {{ source('published', 'accounts') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ asked }}
),

own_accounts as (
    select a.account_id
    from {{ source('published', 'accounts') }} as a
    inner join asked_accounts as q
        on
            a.account_id = q.account_id
            or (a.customer = q.customer and a.customer <> '')
    where
        a.billing_period = '{{ var("billing_period") }}'
        and a.account_id <> '{{ var("margin_account") }}'
    group by a.account_id
),

priced_accounts as (
    select account_id
    from {{ source('published', 'customer_charges') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and price <> real_cost
    group by account_id
),

{% endif -%}
told as (
    select
        a.account_id,
        min(a.customer) as customer,
        min(a.account_group) as account_group,
        min(
            case
                when a.account_name <> a.account_id
                    then a.account_id || ' ' || substr(a.account_name, 1, 24)
                else a.account_id
            end
        ) as label,
        {%- if param('as_customer') %}
        max(case when t.shows_cost then 1 else 0 end) = 1 as shows_billed,
        max(case when t.shows_cost then 1 else 0 end) = 1
            or max(case when p.account_id is null then 0 else 1 end) = 0
            as shows_real
        {%- else %}
        true as shows_billed,
        true as shows_real
        {%- endif %}
    from {{ source('published', 'accounts') }} as a
    {%- if param('as_customer') %}
    inner join own_accounts as o
        on a.account_id = o.account_id
    left join priced_accounts as p
        on a.account_id = p.account_id
    left join {{ source('published', 'statement_totals') }} as t
        on
            a.billing_period = t.billing_period
            and a.customer = t.customer
    {%- endif %}
    where a.billing_period = '{{ var("billing_period") }}'
    group by a.account_id
)
{%- endmacro %}

{#- What an account is called: by `told`, left joined as `t`, if it has it. -#}
{% macro called(account) -%}
coalesce(t.label, {{ "'other accounts'" if param('as_customer')
    else account }})
{%- endmacro %}

{#- An ARN as it may be told: that of a commitment has the account in it that
    bought, which may be another customer's. -#}
{% macro told_arn(arn) -%}
{%- if param('as_customer') -%}
regexp_replace({{ arn }}, '^.*[/:]', '')
{%- else -%}
{{ arn }}
{%- endif -%}
{%- endmacro %}

{#- A pool as it may be told: one that no rule knows has an ARN in its key. -#}
{% macro told_pool(pool_key) -%}
{%- if param('as_customer') -%}
case when {{ pool_key }} like 'other/%' then 'other' else {{ pool_key }} end
{%- else -%}
{{ pool_key }}
{%- endif -%}
{%- endmacro %}

{#- Rows of the account that is asked about; only lines know their pool. -#}
{% macro is_of_the_account(table='', has_category=true, has_pool=false) -%}
{%- set t = table ~ '.' if table else '' -%}
{{ t }}account_id = {{ param('account') }}
        {%- if param('service') %}
        and {{ t }}service_code = {{ param('service') }}
        {%- endif %}
        {%- if param('category') and has_category %}
        and {{ t }}category = {{ param('category') }}
        {%- endif %}
        {%- if param('pool') and has_pool %}
        and {{ t }}pool_key = {{ param('pool') }}
        {%- endif %}
{%- endmacro %}

{#- CTEs up to `costs`: what the account really cost, by service and category.
    A customer that is told no cost is told its price. -#}
{% macro costs_of_the_account() -%}
{{ told_accounts('account_id = ' ~ param('account')) }},

really as (
    select
        account_id,
        currency_code,
        service_code,
        category,
        {{ sum_amount('base_cost') }} as base_cost,
        {{ sum_amount('real_cost') }} as real_cost
    from {{ source(
        'published', 'line_item_costs' if param('pool') else 'account_costs'
    ) }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account(has_pool=true) }}
    group by
        account_id,
        currency_code,
        service_code,
        category
),

costs as (
    select
        r.*,
        t.shows_billed,
        t.shows_real
    from really as r
    inner join told as t
        on r.account_id = t.account_id
    where t.shows_real
    {%- if param('as_customer') and not param('pool') %}

    union all

    select
        a.account_id,
        a.currency_code,
        a.service_code,
        {{ kind_of('a.category') }} as category,
        {{ zero() }} as base_cost,
        {{ sum_amount('a.price') }} as real_cost,
        false as shows_billed,
        false as shows_real
    from {{ source('published', 'price_amounts') }} as a
    inner join told as t
        on a.account_id = t.account_id
    where
        not t.shows_real
        and a.billing_period = '{{ var("billing_period") }}'
        and {{ is_of_the_account('a') }}
    group by
        a.account_id,
        a.currency_code,
        a.service_code,
        {{ kind_of('a.category') }}
    {%- endif %}
)
{%- endmacro %}

{#- What a category is where a statement says no cost: where a unit came from
    is the reseller's matter. -#}
{% macro kind_of(category) -%}
case
            when {{ category }} in (
                'on_demand', 'own_commitment', 'borrowed', 'tiered', 'usage'
            )
                then 'usage'
            when {{ category }} in ('lent_commitment', 'lending_credit')
                then 'lent_commitment'
            else {{ category }}
        end
{%- endmacro %}

{#- Whether a timestamp lies in the hour that was asked for, 2026-10-03T07:00:
    fees may begin within one. -#}
{% macro is_in_the_hour(column) -%}
{%- set at = param('at') -%}
{%- set hour -%}
cast(
            {{ at }} || substr('0000-00-00T00:00:00', length({{ at }}) + 1)
            as timestamp
        )
{%- endset -%}
{{ column }} >= {{ hour }}
        and {{ column }} < {{ hour }} + interval '1' hour
{%- endmacro %}

{#- CTEs up to `told`: all rows and parts of the line that is asked about, and
    whose it is. Ids are not unique for certain: a customer is told of one. -#}
{% macro rows_of_the_line() -%}
line as (
    select *
    from {{ source('published', 'line_item_costs') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and line_item_id = {{ param('line') }}
        {%- if param('at') %}
        and {{ is_in_the_hour('usage_start') }}
        {%- endif %}
),

{{ told_accounts('account_id in (select min(account_id) from line)') }}
{%- endmacro %}

{#- CTEs up to `commitment`: the one that is asked about, by payer and currency,
    and its owner. A customer is told of it if its statement says what
    commitments cost. -#}
{% macro commitment_asked() -%}
found as (
    select *
    from {{ source('published', 'commitments') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and commitment_arn = {{ param('commitment') }}
),

{{ told_accounts('account_id in (select owner_account_id from found)') }},

commitment as (
    select
        f.*,
        t.label as owner
    from found as f
    inner join told as t
        on
            f.owner_account_id = t.account_id
            and t.shows_billed
)
{%- endmacro %}

{#- A quantity, and a price of one, as a person reads them: no amounts. -#}
{% macro quantity(expression, digits=2) -%}
cast({{ expression }} as decimal(18, {{ digits }}))
{%- endmacro %}

{% macro by_unit(cost, units) -%}
cast({{ mul_div('abs(' ~ cost ~ ')', amount(1), units) }} as decimal(18, 6))
{%- endmacro %}

{#- A tier by its bounds. -#}
{% macro tier_text(from_quantity, to_quantity) -%}
'from ' || cast(cast({{ from_quantity }} as decimal(18, 0)) as varchar)
            || coalesce(
                ' to ' || cast(
                    cast({{ to_quantity }} as decimal(18, 0)) as varchar
                ),
                ' on'
            )
{%- endmacro %}

{#- The one text of a group, or that there are others. -#}
{% macro one_or_more(text) -%}
case
            when min({{ text }}) = max({{ text }}) then min({{ text }})
            else min({{ text }}) || ' and others'
        end
{%- endmacro %}

{#- What a line of the report is, in a few words: the row `l` of results. -#}
{% macro line_text(l) -%}
substr(
            case {{ l }}.line_item_type
                when 'Usage' then ''
                when 'SavingsPlanCoveredUsage' then 'by plan '
                when 'DiscountedUsage' then 'reserved '
                else {{ l }}.line_item_type || ' '
            end
            || coalesce(
                nullif({{ l }}.usage_type, ''), {{ l }}.service_code, ''
            )
            || coalesce(
                ' ' || nullif(
                    regexp_replace({{ l }}.resource_id, '^.*[:/]', ''), ''
                ), ''
            ),
            1,
            56
        )
{%- endmacro %}

{#- What a category of cost is, to a person. -#}
{% macro meaning_of(category) -%}
case {{ category }}
        when 'on_demand' then 'usage that a commitment could have covered'
        when 'own_commitment' then 'covered by its own commitments'
        when 'borrowed' then 'covered by what others lent, or AWS gave'
        when 'lent_commitment' then 'what the units it lent cost it'
        when 'lending_credit' then 'what it gets for the units it lent'
        when 'unused_commitment' then 'the rest of what its commitments cost'
        when 'margin' then 'what neither lender nor borrower keeps'
        when 'tiered' then 'priced on the usage of all accounts together'
        when 'shared' then 'its part of charges that several bear'
        when 'usage' then 'usage of which nothing is shared'
        when 'fee' then 'fees, where AWS put them'
        when 'tax' then 'taxes, where AWS put them'
        when 'credit' then 'credits, where AWS put them'
        when 'refund' then 'refunds, where AWS put them'
        when 'discount' then 'discounts on lines of their own'
    end
{%- endmacro %}

{#- What a rule says that stands in the models, not in a seed. -#}
{% macro meaning_of_rule(rule) -%}
case
            when {{ rule }} like '%_size_flexible'
                then 'reservations cover all sizes of the family'
            when {{ rule }} like '%_instance_type'
                or {{ rule }} like '%_node_type'
                then 'reservations cover this type alone'
            when {{ rule }} = 'dynamodb_capacity'
                then 'reservations cover capacity units'
            when {{ rule }} like '%SavingsPlans'
                then 'the plan covers it, in dollars of commitment'
            when {{ rule }} = 'no_open_slot'
                then 'no commitment of the pool was used by others: as billed'
            when {{ rule }} = 'no_pool_no_tier'
                then 'in no pool and no tier group: as billed'
            when {{ rule }} = 'no_rule' then 'no rule shares it: as billed'
            else ''
        end
{%- endmacro %}

{#- Why the cost of a row of results came or went. Every row has one reason, so
    that the sums by reason are whole. -#}
{% macro reason_of_move() -%}
case
            when category = 'shared' then 'its part of ' || rule
            when rule = 'lent_commitment' then 'cost of the units it lends'
            when rule = 'lending_credit' then 'paid to it for these units'
            when rule = 'closing_entry'
                then 'what others had of its commitments, less what it takes '
                    || 'back and lends'
            when rule = 'fee_of_owner'
                then 'fees of its commitments, billed to others'
            when rule = 'reservation_volume'
                then 'volume discount of reservations, by list value'
            when rule = 'margin' then 'what neither lender nor borrower keeps'
            when real_cost = base_cost then 'stays as AWS billed it'
            when category = 'tiered'
                then 'volume tiers: {{ "what it would pay alone"
                    if var("tiers").policy == "keep"
                    else "its part of the price of all" }}'
            when category = 'unused_commitment'
                then 'fees of commitments that others own'
            when category = 'borrowed' and part > 1
                then 'units it borrows now'
            when category = 'borrowed' and real_cost < base_cost
                then 'units of others that go to their owners, or to other '
                    || 'borrowers'
            when category = 'borrowed'
                then 'units of others that it pays beyond their cost'
            when category = 'own_commitment'
                then 'units of its own that it takes back'
            when category = 'on_demand' and part > 1
                then 'usage that AWS had covered, on demand now'
            when category = 'on_demand'
                then 'usage on demand that is covered now'
            else 'charge given to all that bear ' || rule
        end
{%- endmacro %}

{#- The setting or seed that decided it. -#}
{% macro decided_by() -%}
case
            when category = 'tiered' or tier_group is not null
                then 'tiers.policy {{ var("tiers").policy }}'
            when
                category = 'borrowed'
                and part = 1
                and real_cost > base_cost
                then 'sharing.benefit, leakage_benefit'
            when
                category in ('borrowed', 'on_demand', 'own_commitment')
                or rule in ('lent_commitment', 'closing_entry')
                then 'sharing.mode {{ var("sharing").mode }}, '
                    || 'policy {{ var("sharing").policy }}'
            when rule = 'lending_credit' then 'sharing.benefit'
            when rule = 'margin' then 'sharing.benefit, leakage_benefit'
            when category = 'unused_commitment'
                then 'a fee is its owner''s'
            else 'shared_charge_rules.csv'
        end
{%- endmacro %}

{#- CTE `run`: the run that published the month, and what AWS says of it. -#}
{% macro published_run() -%}
run as (
    select
        min(run_id) as run_id,
        min({{ to_the_minute('published_at') }}) as published_at,
        min(command) as command,
        min(source) as source,
        min(delivery) as delivery,
        max(kept_payers) as kept_payers
    from {{ source('published', 'published_runs') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and table_name = 'account_costs'
)
{%- endmacro %}

{#- Facts of that run, one a row, as further rows of a select. -#}
{% macro facts_of_the_run() -%}
select
        1 as position,
        'run' as fact,
        run_id || case command
            when 'build' then ', all tests passed'
            else ', without tests'
        end as value
    from run

    union all

    select
        2 as position,
        'published' as fact,
        published_at || ' UTC' as value
    from run

    union all

    select
        4 as position,
        'delivery' as fact,
        delivery || ' (a hash of the files of the report)' as value
    from run
    {%- if not param('as_customer') %}

    union all

    select
        3 as position,
        'report' as fact,
        source as value
    from run

    union all

    select
        5 as position,
        'kept' as fact,
        'rows of an earlier run: payers ' || kept_payers as value
    from run
    where kept_payers <> ''
    {%- endif %}
{%- endmacro %}

{#- What is known of the bills in `bills`, one a row. -#}
{% macro facts_of_bills() -%}
select
        6 as position,
        'bill' as fact,
        {% if not param('as_customer') -%}
        'payer ' || payer_account_id || ', ' ||
        {%- endif %} currency_code
        || case
            when is_open then ', not closed by AWS: it may change'
            else ', closed by AWS'
        end
        {%- if not param('as_customer') %}
        || case
            when is_net then ', read net of private discounts'
            else ', read before private discounts'
        end
        {%- endif %} as value
    from bills
{%- endmacro %}

{#- CTEs `settings` and `circles`: the settings of the run, and the circles of
    its mode, by topic: base, commitments, leakage or tiers. -#}
{% macro settings_of_the_run() -%}
{%- set sharing = var('sharing') -%}
{%- set benefit = sharing.benefit -%}
{%- set leakage = sharing.leakage_benefit -%}
{%- set tiers = var('tiers') -%}
{%- set modes = {
    'open': 'owners first; what they leave is lent to all',
    'prioritized': 'owners first, then their group, then all',
    'restricted': 'owners first, then their group'
        ~ (', then those without a group lend to all'
            if sharing.ungrouped == 'organization' else ' alone'),
    'owner_only': 'nobody lends: it costs as if AWS had shared nothing',
} -%}
{%- set policies = {
    'proportional': 'borrowers get units in proportion to what they lack',
    'max_min': 'borrowers get the same, or all they lack if less',
    'priority': 'borrowers of the lowest priority number come first',
    'as_billed': 'nothing moves',
} -%}
{%- set bases = {
    'amortized': 'commitments cost what they are worth in the month',
    'billed': 'every line costs what was invoiced',
} -%}
{%- set metrics = {
    'auto': 'net of private discounts where the net columns add up',
    'net': 'net of private discounts',
    'unblended': 'before discounts; these are lines of their own',
} -%}
{%- set tier_policies = {
    'standalone': 'all save the same percentage of what they would pay alone',
    'usage': 'all pay the same price for a unit',
    'shapley': 'each pays what it adds on average to the cost of all',
    'keep': 'each pays what it would alone; the margin keeps the saving',
    'as_billed': 'as AWS billed it',
} -%}
{%- set free_quantities = {
    'max_min': 'free quantities: the same for all, or all they use if less',
    'usage': 'free quantities: in proportion to usage',
    'as_billed': 'free quantities: where AWS put them',
} -%}
{%- set rows = [
    (1, 'base', 'cost_basis', var('cost_basis'), bases),
    (2, 'base', 'cost_metric', var('cost_metric'), metrics),
    (3, 'commitments', 'sharing.mode', sharing.mode, modes),
    (5, 'commitments', 'sharing.policy', sharing.policy, policies),
    (6, 'commitments', 'sharing.benefit',
        'borrower ' ~ benefit.borrower ~ ', lender ' ~ benefit.lender, {
            'borrower 1, lender 0':
                'borrowers pay what the units cost their owners',
            'borrower 0, lender 1':
                'borrowers pay the price on demand, lenders get all of it',
        }),
    (7, 'leakage', 'sharing.leakage_benefit',
        'borrower ' ~ leakage.borrower ~ ', lender ' ~ leakage.lender, {
            'borrower 0, lender none':
                'what leaked is paid on demand; its owner gets nothing',
            'borrower 0, lender 0':
                'what leaked is paid on demand; its owner gets its cost',
            'borrower 0, lender 1':
                'what leaked is paid on demand; its owner gets all of it',
        }),
    (8, 'tiers', 'tiers.policy', tiers.policy, tier_policies),
    (9, 'tiers', 'tiers.free', tiers.free, free_quantities),
] -%}
settings as (
    {%- for place, topic, name, value, meanings in rows
        if not (param('as_customer') and name == 'cost_metric') %}
    select
        '{{ topic }}' as topic,
        {{ place }} as place,
        '{{ name }}' as decided_by,
        '{{ value }}' as value,
        '{{ meanings.get(value, "") }}' as why
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

circles as (
    select
        'commitments' as topic,
        4 as place,
        'circle ' || cast(c.circle_order as varchar) as decided_by,
        coalesce(c.circle, 'each ' || c.divided_by) as value,
        case c.lends
            when 'all' then 'all lend, '
            else 'accounts without a group lend, '
        end || case c.borrows
            when 'all' then 'all borrow'
            else 'accounts without a group borrow'
        end as why
    from {{ ref('sharing_circles') }} as c
    where
        c.is_wanted
        and {{ circle_in_force('c') }}
)
{%- endmacro %}

{#- CTE `registered`: what the registry says of the accounts of `asked`, a
    condition, as far as that decided who shares with whom. -#}
{% macro registry_that_decided(asked) -%}
{%- set sharing = var('sharing') -%}
registered as (
    select
        'commitments' as topic,
        10 as place,
        'account_registry.csv' as decided_by,
        'group ' || min(account_group)
            {%- if sharing.policy == 'priority' %}
            || coalesce(
                ', priority ' || cast(min(priority) as varchar),
                ', no priority'
            )
            {%- endif %}
            || case when min(shares) then '' else ', shares: false' end
            as value,
        case
            when min(shares) then 'the group that it shares in'
            else 'it neither lends nor borrows by choice'
        end as why
    from {{ source('published', 'accounts') }}
    where
        billing_period = '{{ var("billing_period") }}'
        and {{ asked }}
        {%- if sharing.mode in ['open', 'owner_only']
            and sharing.policy != 'priority' %}
        and not shares
        {%- endif %}
    group by account_id
)
{%- endmacro %}

{#- CTEs up to `charge_decisions`: the rules for shared charges whose names are
    in `named`, as rows like those of `settings`, and the tables of the support
    plans that they weigh by. A customer is not told in which words the source
    of a rule is noted. -#}
{% macro rules_of_charges(named) -%}
rules_named as (
    select rule
    from {{ named }}
    where rule is not null
    group by rule
),

charge_rules as (
    select r.*
    from {{ ref('shared_charge_rules') }} as r
    inner join rules_named as n
        on r.rule = n.rule
    where {{ in_force('r') }}
),

charge_parts as (
    select p.*
    from {{ ref('shared_charge_parts') }} as p
    inner join rules_named as n
        on p.rule = n.rule
    where {{ in_force('p') }}
),

plans_in_use as (
    select weight_of as support_plan
    from charge_rules
    where weight = 'support'

    union

    select weight_of as support_plan
    from charge_parts
    where weight = 'support'
),

support_rates as (
    select
        t.*,
        row_number() over (
            partition by t.support_plan
            order by t.from_amount
        ) as tier
    from {{ ref('support_tiers') }} as t
    inner join plans_in_use as u
        on t.support_plan = u.support_plan
    where {{ in_force('t') }}
),

{% set source = "''" if param('as_customer') else "coalesce(r.source, '')" -%}
charge_decisions as (
    select
        20 as place,
        'rule ' || r.rule as decided_by,
        {{ bearers_and_weight('r') }} as value,
        {{ source }} as why
    from charge_rules as r

    union all

    select
        21 as place,
        'rule ' || r.rule || ', ' || r.part as decided_by,
        cast(cast(r.percentage as decimal(18, 2)) as varchar) || ' %: '
            || {{ bearers_and_weight('r') }} as value,
        {{ source }} as why
    from charge_parts as r

    union all

    select
        22 as place,
        'support plan ' || p.support_plan as decided_by,
        'at least ' || cast(cast(p.minimum_amount as decimal(18, 2)) as varchar)
            || case p.base
                when 'account' then ', of the cost of each account'
                else ', of the cost of all together'
            end as value,
        coalesce(p.source, '') as why
    from {{ ref('support_plans') }} as p
    inner join plans_in_use as u
        on p.support_plan = u.support_plan
    where {{ in_force('p') }}

    union all

    select
        22 + cast(tier as bigint) as place,
        'support plan ' || support_plan as decided_by,
        {{ tier_text('from_amount', 'to_amount') }} || ': '
            || cast(
                cast({{ product('rate', amount(100)) }} as decimal(18, 2))
                as varchar
            ) || ' %' as value,
        coalesce(source, '') as why
    from support_rates
)
{%- endmacro %}

{#- Who bears a shared charge, and by what weight, in words: `r` is a row of
    the rules, or of their parts. -#}
{% macro bearers_and_weight(r) -%}
case {{ r }}.bearers
            when 'stays' then 'stays where AWS put it'
            when 'parts' then 'cut into parts'
            else
                case {{ r }}.bearers
                    when 'all' then 'all accounts'
                    else {{ "'some accounts'" if param('as_customer')
                        else r ~ '.bearers' }}
                end
                || ', by ' || {{ weight_text(r) }}
        end
{%- endmacro %}

{#- By what a charge is divided, in words. -#}
{% macro weight_text(w) -%}
case {{ w }}.weight
            when 'equal' then 'equal parts'
            when 'fixed' then 'fixed shares'
            when 'real_cost' then 'real cost'
            when 'usage_cost' then 'cost of usage'
            when 'total_cost' then 'total cost'
            when 'support' then 'what support costs each'
            else {{ w }}.weight
        end || coalesce(' (' || {{ w }}.weight_of || ')', '')
{%- endmacro %}

{#- What nobody but their owners may read, once `told` is known: the other
    accounts, their names and their groups. -#}
{% macro foreign_words() -%}
foreign_accounts as (
    select
        a.account_id,
        a.account_name,
        a.account_group
    from {{ source('published', 'accounts') }} as a
    left join told as t
        on a.account_id = t.account_id
    where
        a.billing_period = '{{ var("billing_period") }}'
        and t.account_id is null
)

select account_id as word
from foreign_accounts

union

select account_name as word
from foreign_accounts

union

select f.account_group as word
from foreign_accounts as f
left join told as t
    on f.account_group = t.account_group
where t.account_group is null
{%- endmacro %}

{#- What `described` says in its one row, a row for each of `names`, after what
    is to be said of the run. -#}
{% macro facts_of_described(names) -%}
names as (
    {%- for name in names %}
    select
        {{ 10 + loop.index }} as position,
        '{{ name }}' as fact
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

facts as (
    select
        n.position,
        n.fact,
        case n.fact
            {%- for name in names %}
            when '{{ name }}' then d.{{ name }}
            {%- endfor %}
        end as value
    from described as d
    cross join names as n
    where d.found > 0

    union all

    select
        r.position,
        r.fact,
        r.value
    from (
        {{ facts_of_the_run() }}
    ) as r
    cross join described as d
    where d.found > 0
)

select
    fact,
    value
from facts
where value <> ''
order by position
{%- endmacro %}

{#- What `settings`, `circles` and `registered` say of the `topics`. -#}
{% macro decisions_on_topics() -%}
    select
        s.place,
        s.decided_by,
        s.value,
        s.why
    from settings as s
    inner join topics as t
        on s.topic = t.topic

    union all

    select
        c.place,
        c.decided_by,
        c.value,
        c.why
    from circles as c
    inner join topics as t
        on c.topic = t.topic

    union all

    select
        r.place,
        r.decided_by,
        r.value,
        r.why
    from registered as r
    inner join topics as t
        on r.topic = t.topic
{%- endmacro %}

{#- CTE `bills`: those of the accounts that are `asked` for. -#}
{% macro bills_of(asked) -%}
bills as (
    select
        a.payer_account_id,
        a.currency_code,
        m.is_open,
        m.is_net
    from {{ source('published', 'accounts') }} as a
    left join {{ source('published', 'stg_payer_metrics') }} as m
        on
            a.billing_period = m.billing_period
            and a.payer_account_id = m.payer_account_id
            and a.currency_code = m.currency_code
    where
        a.billing_period = '{{ var("billing_period") }}'
        and {{ asked }}
    group by
        a.payer_account_id,
        a.currency_code,
        m.is_open,
        m.is_net
)
{%- endmacro %}
