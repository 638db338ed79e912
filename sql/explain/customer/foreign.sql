-- What a customer must not read
with

{{ told_accounts('customer = ' ~ param('customer')) }},

{{ foreign_words() }}
