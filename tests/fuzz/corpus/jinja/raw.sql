{% raw %}{{ ref("x") }}{% endraw %}{# {% test a() %}{% endtest %} #}
-- {{ ref("costs") }}
