{% for i in range(3) %}{% for j in [1, 2] if j != i %}{{ loop.index }},{{ j }}{% if loop.last %}{% break %}{% endif %}{% else %}none{% endfor %}{% endfor %}
