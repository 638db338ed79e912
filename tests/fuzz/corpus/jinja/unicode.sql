größe 😀 {{ "ü😀" }} {% set ß = 1 %} {{ nichts }}
