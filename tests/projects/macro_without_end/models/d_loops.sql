select 1
{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}+ 1{% endfor %}{% endfor %}{% endfor %}
as one
