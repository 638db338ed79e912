select
  {{ own(1) }} as one
