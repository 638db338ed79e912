# for x in y
## comment
{%
if true
%}a{%
endif
%}