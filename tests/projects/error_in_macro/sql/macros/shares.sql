{% macro share(amount) %}
    {{ amount }} * {{ weight }}
{% endmacro %}

{% macro policy(name) %}
    {% if name != 'proportional' %}
        {{ exceptions.raise_compiler_error('there is no policy `' ~ name ~ '`') }}
    {% endif %}
{% endmacro %}
