-- One person per row, written as twelve departments would: most cells in their usual form, the others not.
-- Places: {seed}, {rows}, and the table `place` (number, code, name).

CREATE OR REPLACE MACRO dice(n, which, sides) AS (hash(n * 64 + which + {seed} * 1000003) % sides)::BIGINT;
CREATE OR REPLACE MACRO one_of(words, n, which) AS words[dice(n, which, length(words)) + 1];
CREATE OR REPLACE MACRO full_width(t) AS translate(t, '0123456789X+- ', '０１２３４５６７８９Ｘ＋－　');
CREATE OR REPLACE MACRO check_sum(t) AS list_sum(list_transform(
    [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], lambda weight, k: weight * (ascii(t[k]) - 48)))::BIGINT;
CREATE OR REPLACE MACRO check_digit(t, off) AS '10X98765432'[(check_sum(t) + off) % 11 + 1];

CREATE OR REPLACE MACRO written_id(t, n, p) AS CASE
    WHEN p < 8 THEN substr(t, 1, 17)
    WHEN p < 16 THEN substr(t, 1, 5) || 'O' || substr(t, 7)
    WHEN p < 20 THEN one_of(['无', '待补', '0', t || '1'], n, 20)
    WHEN p < 40 THEN substr(t, 1, 17) || check_digit(t, 1 + dice(n, 21, 10))
    WHEN p < 41 THEN NULL
    WHEN p < 61 THEN lower(t)
    WHEN p < 81 THEN substr(t, 1, 6) || ' ' || substr(t, 7, 8) || ' ' || substr(t, 15)
    WHEN p < 91 THEN t || '　'
    WHEN p < 106 THEN full_width(t)
    ELSE t END;

CREATE OR REPLACE MACRO written_name(family, given, n, p) AS CASE
    WHEN p < 40 THEN family || ' ' || given
    WHEN p < 60 THEN family || '　' || given
    WHEN p < 80 THEN family || given || '  '
    WHEN p < 90 THEN one_of(['阿依古丽', '买买提', '古丽娜', '艾山'], n, 30) || one_of(['•', '・', '·'], n, 31) || given
    WHEN p < 91 THEN family || given || '2'
    WHEN p < 92 THEN NULL
    ELSE family || given END;

CREATE OR REPLACE MACRO written_day(d, p) AS CASE
    WHEN p < 30 THEN strftime(d, '%Y%m%d')
    WHEN p < 60 THEN strftime(d, '%Y/%-m/%-d')
    WHEN p < 90 THEN strftime(d, '%Y.%m.%d')
    WHEN p < 120 THEN strftime(d, '%Y年%-m月%-d日')
    WHEN p < 122 THEN strftime(d, '%Y-02-30')
    WHEN p < 123 THEN strftime(d, '%Y1301')
    WHEN p < 125 THEN '不详'
    WHEN p < 145 THEN NULL
    ELSE strftime(d, '%Y-%m-%d') END;

CREATE OR REPLACE MACRO written_sex(n, p) AS CASE
    WHEN p < 80 THEN one_of(['1', '2'], n, 40)
    WHEN p < 100 THEN one_of(['M', 'F'], n, 40)
    WHEN p < 110 THEN one_of(['男性', '女性'], n, 40)
    WHEN p < 112 THEN '不详'
    WHEN p < 117 THEN NULL
    ELSE one_of(['男', '女'], n, 40) END;

CREATE OR REPLACE MACRO written_place(code, name, n, p) AS CASE
    WHEN p < 40 THEN code || ' '
    WHEN p < 60 THEN full_width(code)
    WHEN p < 80 THEN replace(replace(name, '省', '省-'), '市', '市 ')
    WHEN p < 83 THEN one_of(['999999', '某区', '外地'], n, 50)
    WHEN p < 93 THEN NULL
    WHEN p < 500 THEN name
    ELSE code END;

CREATE OR REPLACE MACRO written_money(yuan, cents, p) AS CASE
    WHEN p < 40 THEN '￥' || format('{{:,}}', yuan) || '.' || lpad(cents::VARCHAR, 2, '0')
    WHEN p < 80 THEN (yuan // 100 / 100)::DECIMAL(12, 2)::VARCHAR || '万'
    WHEN p < 100 THEN yuan || '元'
    WHEN p < 110 THEN full_width(yuan::VARCHAR)
    WHEN p < 112 THEN '面议'
    WHEN p < 132 THEN NULL
    WHEN p < 300 THEN yuan::VARCHAR
    ELSE yuan || '.' || lpad(cents::VARCHAR, 2, '0') END;

CREATE OR REPLACE MACRO written_mobile(t, n, p) AS CASE
    WHEN p < 30 THEN '+86 ' || t
    WHEN p < 60 THEN substr(t, 1, 3) || '-' || substr(t, 4, 4) || '-' || substr(t, 8)
    WHEN p < 80 THEN substr(t, 1, 3) || ' ' || substr(t, 4, 4) || ' ' || substr(t, 8)
    WHEN p < 90 THEN full_width(t)
    WHEN p < 95 THEN '86' || t
    WHEN p < 99 THEN one_of([substr(t, 1, 10), '2' || substr(t, 2), '无'], n, 60)
    WHEN p < 139 THEN NULL
    ELSE t END;

CREATE OR REPLACE MACRO written_remark(n, p) AS CASE
    WHEN p < 50 THEN one_of(['已核实, 见附件', '材料"二"缺失', '地址变更,待核', '  补录 '], n, 70)
    WHEN p < 250 THEN one_of(['已核实', '低保户', '新迁入', '材料齐全', '待复核', '人户分离'], n, 71)
    ELSE NULL END;

CREATE OR REPLACE VIEW facts AS
SELECT
    n,
    code,
    name,
    DATE '1935-01-01' + dice(n, 1, 32000)::INTEGER AS born,
    string_split('王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余', '') AS families,
    string_split('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文斌凯欣怡子涵宇轩梓浩雨泽', '') AS givens,
    8000 + dice(n, 2, 40) * dice(n, 3, 9000) AS yuan,
    '1' || one_of(['3', '5', '7', '8', '9'], n, 4) || lpad(dice(n, 5, 1000000000)::VARCHAR, 9, '0') AS mobile
FROM range(1, {rows} + 1) AS numbers(n)
JOIN place ON place.number = dice(n, 6, {places});

CREATE OR REPLACE VIEW people AS
SELECT
    n AS 序号,
    written_id(seventeen || check_digit(seventeen, 0), n, dice(n, 7, 1000)) AS 身份证号,
    written_name(
        one_of(families, n, 8),
        one_of(givens, n, 9) || CASE WHEN dice(n, 10, 3) > 0 THEN one_of(givens, n, 11) ELSE '' END,
        n,
        dice(n, 12, 1000)
    ) AS 姓名,
    written_day(born, dice(n, 13, 1000)) AS 出生日期,
    written_sex(n, dice(n, 14, 1000)) AS 性别,
    written_place(code, name, n, dice(n, 15, 1000)) AS 区划,
    written_money(yuan, dice(n, 16, 100), dice(n, 17, 1000)) AS 年收入,
    written_mobile(mobile, n, dice(n, 18, 1000)) AS 手机,
    written_remark(n, dice(n, 19, 1000)) AS 备注
FROM (
    SELECT
        *,
        CASE dice(n, 22, 1000) WHEN 0 THEN '99' || substr(code, 3) ELSE code END
        || CASE dice(n, 23, 1000) WHEN 0 THEN strftime(born, '%Y0230') ELSE strftime(born, '%Y%m%d') END
        || lpad(dice(n, 24, 1000)::VARCHAR, 3, '0') AS seventeen
    FROM facts
);
