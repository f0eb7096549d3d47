"""DynamoDB: the one place that knows keys, items, conditions and paging.

One module per table; each store takes a low-level boto3 DynamoDB client and a table name
and gives and takes domain types. Reads are consistent and page to their end or to a named
limit; writes are conditional or add to a set.
"""
