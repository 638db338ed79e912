select {{ ( 1 + [2 
{% if x %}
{# open