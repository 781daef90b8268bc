"""One dirty table of people, from CSV to two Parquet files: `suite` says who does it, `data` makes the table.

The work, the same for everyone: decode, fold full-width characters, read every cell into its standard form, check it,
publish the good rows, and quarantine the others with `_row` (from 1), `_reasons` (a list of `column: rule: value`) and
the original cells. Parquet is compressed by zstd at level 1, the work has two threads.

| column | type | published | quarantined |
|---|---|---|---|
| 序号 | integer | | another form |
| 身份证号 | text | 18 characters, X in capital, required | form, birth date, province, check digit (GB 11643) |
| 姓名 | text | no spaces between ideographs, one middle dot, required | digits, or more than 60 characters |
| 出生日期 | date | from `-`, `/`, `.`, 年月日 and eight digits | other forms, impossible days |
| 性别 | text | the code of GB/T 2261.1 | other words |
| 区划 | text | the code of GB/T 2260 | other words and codes |
| 年收入 | decimal, 2 digits | without ￥, 元 and commas; 万 multiplied out | other forms |
| 手机 | text | 11 digits, without +86, spaces and hyphens | other forms |
| 备注 | text | without spaces at the ends | |
"""
