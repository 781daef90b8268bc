"""Characters from which the demo city names its people and companies; the most common ones, so nobody is meant."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹"
    "彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛")
GIVEN_MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙建国志文海峰林东晨泽轩博瑞航睿"
GIVEN_FEMALE = "芳娜敏静丽娟艳霞秀玲燕红梅莉萍雪慧颖洁倩婷玉兰英琳欣怡佳悦思雨涵梦瑶诗妍琪晓丹凤莹蕾"
RARE_GIVEN = "㛃𬭎䶮"
"""Real characters outside GBK: they need the four-byte half of GB18030."""

BRANDS = "启明恒泰鼎盛瑞丰嘉禾博远宏达金诚华云天合众信德锦程卓越凌峰海纳百川智联新源永安康"
LEGAL_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
LEGAL_FORM_WEIGHTS = (70, 18, 8, 4)
