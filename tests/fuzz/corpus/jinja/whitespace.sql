a 
	 {%- if true -%} 
 b {{- "c" -}} 
 {%- endif +%} 
 {#- x -#} d

