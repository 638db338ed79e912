-- What a customer must not read
with

{{ commitment_asked() }},

{{ foreign_words() }}
