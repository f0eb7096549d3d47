"""Reads and writes DynamoDB. Only this folder knows keys, items, conditions and paging. Not pure.

There is one module for each table. A store takes a low-level boto3 DynamoDB client and the name of
its table. It takes and gives domain types. Reads are consistent, and page to their end or to a
named limit. Writes are conditional, or add to a set.
"""
