select '{{ target.type }}' as kind, '{{ target.name }}' as name, '{{ this }}' as own_name
