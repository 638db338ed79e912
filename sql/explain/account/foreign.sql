-- What a customer must not read
with

{{ told_accounts('account_id = ' ~ param('account')) }},

{{ foreign_words() }}
