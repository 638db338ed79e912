-- What a customer must not read
with

{{ rows_of_the_line() }},

{{ foreign_words() }}
