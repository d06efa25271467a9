BEGIN TRANSACTION;
CREATE TABLE artifacts (
        artifact_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        content_hash TEXT,
        source_step TEXT,
        source_run_id TEXT,
        source_pipeline TEXT,
        parent_ids TEXT DEFAULT '[]',
        tags TEXT DEFAULT '{}',
        metadata TEXT DEFAULT '{}',
        uri TEXT,
        created_at TEXT NOT NULL,
        version TEXT
    );
INSERT INTO "artifacts" VALUES('raw','raw_payments','Table','h1','','','','[]','{"source": "card payments", "owner": "ann"}','{}','','2026-01-01T12:00:00.000000+00:00','1');
INSERT INTO "artifacts" VALUES('clean','clean_payments','Dataset','','','','','["raw", "never-registered"]','{}','{"rows": [1, null, 2.5]}','','2026-01-02T12:00:00.000000+00:00','1');
INSERT INTO "artifacts" VALUES('features','fraud_features','FeatureSet','','featurize','','','["clean"]','{}','{}','','2026-01-03T12:00:00.000000+00:00','1');
INSERT INTO "artifacts" VALUES('copy','raw_payments','Dataset','h1','','','','[]','{}','{}','s3://bucket/raw.csv','2026-01-07T12:00:00.000000+00:00','2');
INSERT INTO "artifacts" VALUES('path/with/slashes','Straße GROSSE','Type of my own','','','','','[]','{"gr\u00f6\u00dfe": "XL", "\ud83c\udf89": true, "none": null}','{}','','2026-01-11T12:00:00.000000+00:00','1');
INSERT INTO "artifacts" VALUES('größe 🎉','emoji','Model','','','','','["path/with/slashes"]','{}','{}','','2026-01-12T12:00:00.000000+00:00','1');
INSERT INTO "artifacts" VALUES('model-1','fraud_detector','Model','','fit','run-1','training','["features", "gone", "gr\u00f6\u00dfe \ud83c\udf89"]','{"f1_score": 0.87, "stage": "staging", "nested": {"a": [1, "b"]}}','{}','','2026-01-04T12:00:00.000000+00:00','1');
INSERT INTO "artifacts" VALUES('model-2','fraud_detector','Model','','fit','run-2','training','["features", "gone"]','{"f1_score": "0.95", "team": "fraud", "stage": "production", "nested": {"a": [1, "b"]}, "approved": true}','{}','','2026-01-05T12:00:00.000000+00:00','2');
INSERT INTO "artifacts" VALUES('report','fraud_report','Report','','','','','["model-2", "features"]','{}','{}','','2026-01-06T12:00:00.000000+00:00','1');
CREATE TABLE cg_edge (
        child INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        position INTEGER NOT NULL,
        created INTEGER NOT NULL,
        PRIMARY KEY (child, parent)
    ) WITHOUT ROWID;
INSERT INTO "cg_edge" VALUES(2,1,0,1795417910430374);
INSERT INTO "cg_edge" VALUES(2,9,1,1795417910430374);
INSERT INTO "cg_edge" VALUES(3,2,0,1795417910430374);
INSERT INTO "cg_edge" VALUES(5,1,0,1795417910430374);
INSERT INTO "cg_edge" VALUES(8,7,0,1795417910430374);
INSERT INTO "cg_edge" VALUES(10,3,0,1795417910477189);
INSERT INTO "cg_edge" VALUES(10,5,1,1795417910477189);
INSERT INTO "cg_edge" VALUES(10,8,2,1795417910697066);
INSERT INTO "cg_edge" VALUES(11,3,0,1795417910509259);
INSERT INTO "cg_edge" VALUES(11,5,1,1795417910509259);
INSERT INTO "cg_edge" VALUES(12,3,1,1795417910521614);
INSERT INTO "cg_edge" VALUES(12,11,0,1795417910521614);
CREATE TABLE cg_label (label INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, text TEXT NOT NULL);
INSERT INTO "cg_label" VALUES(1,'fnameraw_payments','raw_payments
raw payments');
INSERT INTO "cg_label" VALUES(2,'ftypeDataset','dataset');
INSERT INTO "cg_label" VALUES(3,'tsource"card payments"','card payments');
INSERT INTO "cg_label" VALUES(4,'fnameclean_payments','clean_payments
clean payments');
INSERT INTO "cg_label" VALUES(5,'fnamefraud_features','fraud_features
fraud features');
INSERT INTO "cg_label" VALUES(6,'ftypeFeatureSet','featureset
feature set');
INSERT INTO "cg_label" VALUES(7,'fstepfeaturize','featurize');
INSERT INTO "cg_label" VALUES(8,'fversion7','');
INSERT INTO "cg_label" VALUES(9,'fnameold_report','old_report
old report');
INSERT INTO "cg_label" VALUES(10,'ftypeReport','report');
INSERT INTO "cg_label" VALUES(11,'fnameStraße GROSSE','strasse grosse');
INSERT INTO "cg_label" VALUES(12,'ftypeType of my own','type of my own');
INSERT INTO "cg_label" VALUES(13,'tgröße"XL"','xl');
INSERT INTO "cg_label" VALUES(14,'t🎉true','true');
INSERT INTO "cg_label" VALUES(15,'tnonenull','null');
INSERT INTO "cg_label" VALUES(16,'fnameemoji','emoji');
INSERT INTO "cg_label" VALUES(17,'ftypeModel','model');
INSERT INTO "cg_label" VALUES(18,'fversion1','');
INSERT INTO "cg_label" VALUES(19,'fversion2','');
INSERT INTO "cg_label" VALUES(20,'fnamefraud_detector','fraud_detector
fraud detector');
INSERT INTO "cg_label" VALUES(21,'fpipelinetraining','training');
INSERT INTO "cg_label" VALUES(22,'fstepfit','fit');
INSERT INTO "cg_label" VALUES(23,'frunrun-1','');
INSERT INTO "cg_label" VALUES(24,'tf1_score0.87','0.87
0 87');
INSERT INTO "cg_label" VALUES(25,'tteam"fraud"','fraud');
INSERT INTO "cg_label" VALUES(26,'tstage"staging"','staging');
INSERT INTO "cg_label" VALUES(27,'tnested{"a":[1,"b"]}','{"a":[1,"b"]}
a 1 b');
INSERT INTO "cg_label" VALUES(28,'frunrun-2','');
INSERT INTO "cg_label" VALUES(29,'tf1_score"0.95"','0.95
0 95');
INSERT INTO "cg_label" VALUES(30,'fnamefraud_report','fraud_report
fraud report');
INSERT INTO "cg_label" VALUES(31,'tstage"production"','production');
INSERT INTO "cg_label" VALUES(32,'tapprovedtrue','true');
INSERT INTO "cg_label" VALUES(33,'ftypeTable','table');
INSERT INTO "cg_label" VALUES(34,'towner"ann"','ann');
CREATE TABLE cg_label_term (term TEXT, label INTEGER, PRIMARY KEY (term, label)) WITHOUT ROWID;
INSERT INTO "cg_label_term" VALUES('0',24);
INSERT INTO "cg_label_term" VALUES('0',29);
INSERT INTO "cg_label_term" VALUES('0.87',24);
INSERT INTO "cg_label_term" VALUES('0.95',29);
INSERT INTO "cg_label_term" VALUES('1',27);
INSERT INTO "cg_label_term" VALUES('87',24);
INSERT INTO "cg_label_term" VALUES('95',29);
INSERT INTO "cg_label_term" VALUES('a',27);
INSERT INTO "cg_label_term" VALUES('ann',34);
INSERT INTO "cg_label_term" VALUES('b',27);
INSERT INTO "cg_label_term" VALUES('card',3);
INSERT INTO "cg_label_term" VALUES('clean',4);
INSERT INTO "cg_label_term" VALUES('clean_payments',4);
INSERT INTO "cg_label_term" VALUES('dataset',2);
INSERT INTO "cg_label_term" VALUES('detector',20);
INSERT INTO "cg_label_term" VALUES('emoji',16);
INSERT INTO "cg_label_term" VALUES('fname',1);
INSERT INTO "cg_label_term" VALUES('fname',4);
INSERT INTO "cg_label_term" VALUES('fname',5);
INSERT INTO "cg_label_term" VALUES('fname',9);
INSERT INTO "cg_label_term" VALUES('fname',11);
INSERT INTO "cg_label_term" VALUES('fname',16);
INSERT INTO "cg_label_term" VALUES('fname',20);
INSERT INTO "cg_label_term" VALUES('fname',30);
INSERT INTO "cg_label_term" VALUES('fnameclean_payments',4);
INSERT INTO "cg_label_term" VALUES('fnameemoji',16);
INSERT INTO "cg_label_term" VALUES('fnamefraud_detector',20);
INSERT INTO "cg_label_term" VALUES('fnamefraud_features',5);
INSERT INTO "cg_label_term" VALUES('fnamefraud_report',30);
INSERT INTO "cg_label_term" VALUES('fnameold_report',9);
INSERT INTO "cg_label_term" VALUES('fnameraw_payments',1);
INSERT INTO "cg_label_term" VALUES('fnamestrasse grosse',11);
INSERT INTO "cg_label_term" VALUES('fpipeline',21);
INSERT INTO "cg_label_term" VALUES('fpipelinetraining',21);
INSERT INTO "cg_label_term" VALUES('fstep',7);
INSERT INTO "cg_label_term" VALUES('fstep',22);
INSERT INTO "cg_label_term" VALUES('fstepfeaturize',7);
INSERT INTO "cg_label_term" VALUES('fstepfit',22);
INSERT INTO "cg_label_term" VALUES('ftype',2);
INSERT INTO "cg_label_term" VALUES('ftype',6);
INSERT INTO "cg_label_term" VALUES('ftype',10);
INSERT INTO "cg_label_term" VALUES('ftype',12);
INSERT INTO "cg_label_term" VALUES('ftype',17);
INSERT INTO "cg_label_term" VALUES('ftype',33);
INSERT INTO "cg_label_term" VALUES('ftypedataset',2);
INSERT INTO "cg_label_term" VALUES('ftypefeatureset',6);
INSERT INTO "cg_label_term" VALUES('ftypemodel',17);
INSERT INTO "cg_label_term" VALUES('ftypereport',10);
INSERT INTO "cg_label_term" VALUES('ftypetable',33);
INSERT INTO "cg_label_term" VALUES('ftypetype of my own',12);
INSERT INTO "cg_label_term" VALUES('fversion',8);
INSERT INTO "cg_label_term" VALUES('fversion',18);
INSERT INTO "cg_label_term" VALUES('fversion',19);
INSERT INTO "cg_label_term" VALUES('fversion1',18);
INSERT INTO "cg_label_term" VALUES('fversion2',19);
INSERT INTO "cg_label_term" VALUES('fversion7',8);
INSERT INTO "cg_label_term" VALUES('feature',6);
INSERT INTO "cg_label_term" VALUES('features',5);
INSERT INTO "cg_label_term" VALUES('featureset',6);
INSERT INTO "cg_label_term" VALUES('featurize',7);
INSERT INTO "cg_label_term" VALUES('fit',22);
INSERT INTO "cg_label_term" VALUES('fraud',5);
INSERT INTO "cg_label_term" VALUES('fraud',20);
INSERT INTO "cg_label_term" VALUES('fraud',25);
INSERT INTO "cg_label_term" VALUES('fraud',30);
INSERT INTO "cg_label_term" VALUES('fraud_detector',20);
INSERT INTO "cg_label_term" VALUES('fraud_features',5);
INSERT INTO "cg_label_term" VALUES('fraud_report',30);
INSERT INTO "cg_label_term" VALUES('grosse',11);
INSERT INTO "cg_label_term" VALUES('mversionbff0000000000000',18);
INSERT INTO "cg_label_term" VALUES('mversionc000000000000000',19);
INSERT INTO "cg_label_term" VALUES('mversionc01c000000000000',8);
INSERT INTO "cg_label_term" VALUES('model',17);
INSERT INTO "cg_label_term" VALUES('my',12);
INSERT INTO "cg_label_term" VALUES('nf1_scorebfebd70a3d70a3d7',24);
INSERT INTO "cg_label_term" VALUES('nf1_scorebfee666666666666',29);
INSERT INTO "cg_label_term" VALUES('null',15);
INSERT INTO "cg_label_term" VALUES('of',12);
INSERT INTO "cg_label_term" VALUES('old',9);
INSERT INTO "cg_label_term" VALUES('old_report',9);
INSERT INTO "cg_label_term" VALUES('own',12);
INSERT INTO "cg_label_term" VALUES('payments',1);
INSERT INTO "cg_label_term" VALUES('payments',3);
INSERT INTO "cg_label_term" VALUES('payments',4);
INSERT INTO "cg_label_term" VALUES('production',31);
INSERT INTO "cg_label_term" VALUES('raw',1);
INSERT INTO "cg_label_term" VALUES('raw_payments',1);
INSERT INTO "cg_label_term" VALUES('report',9);
INSERT INTO "cg_label_term" VALUES('report',10);
INSERT INTO "cg_label_term" VALUES('report',30);
INSERT INTO "cg_label_term" VALUES('set',6);
INSERT INTO "cg_label_term" VALUES('staging',26);
INSERT INTO "cg_label_term" VALUES('strasse',11);
INSERT INTO "cg_label_term" VALUES('tapproved',32);
INSERT INTO "cg_label_term" VALUES('tapprovedtrue',32);
INSERT INTO "cg_label_term" VALUES('tf1_score',24);
INSERT INTO "cg_label_term" VALUES('tf1_score',29);
INSERT INTO "cg_label_term" VALUES('tf1_score0.87',24);
INSERT INTO "cg_label_term" VALUES('tf1_score0.95',29);
INSERT INTO "cg_label_term" VALUES('tgrösse',13);
INSERT INTO "cg_label_term" VALUES('tgrössexl',13);
INSERT INTO "cg_label_term" VALUES('tnested',27);
INSERT INTO "cg_label_term" VALUES('tnested{"a":[1,"b"]}',27);
INSERT INTO "cg_label_term" VALUES('tnone',15);
INSERT INTO "cg_label_term" VALUES('tnonenull',15);
INSERT INTO "cg_label_term" VALUES('towner',34);
INSERT INTO "cg_label_term" VALUES('townerann',34);
INSERT INTO "cg_label_term" VALUES('tsource',3);
INSERT INTO "cg_label_term" VALUES('tsourcecard payments',3);
INSERT INTO "cg_label_term" VALUES('tstage',26);
INSERT INTO "cg_label_term" VALUES('tstage',31);
INSERT INTO "cg_label_term" VALUES('tstageproduction',31);
INSERT INTO "cg_label_term" VALUES('tstagestaging',26);
INSERT INTO "cg_label_term" VALUES('tteam',25);
INSERT INTO "cg_label_term" VALUES('tteamfraud',25);
INSERT INTO "cg_label_term" VALUES('t🎉',14);
INSERT INTO "cg_label_term" VALUES('t🎉true',14);
INSERT INTO "cg_label_term" VALUES('table',33);
INSERT INTO "cg_label_term" VALUES('training',21);
INSERT INTO "cg_label_term" VALUES('true',14);
INSERT INTO "cg_label_term" VALUES('true',32);
INSERT INTO "cg_label_term" VALUES('type',12);
INSERT INTO "cg_label_term" VALUES('xl',13);
INSERT INTO "cg_label_term" VALUES('{"a":[1,"b"]}',27);
CREATE TABLE cg_label_text (block INTEGER PRIMARY KEY, text BLOB NOT NULL);
INSERT INTO "cg_label_text" VALUES(1,X'7261775F7061796D656E74731F726177207061796D656E74731F110A646174617365741F120A63617264207061796D656E74731F130A636C65616E5F7061796D656E74731F636C65616E207061796D656E74731F140A66726175645F66656174757265731F66726175642066656174757265731F150A666561747572657365741F66656174757265207365741F160A666561747572697A651F170A6F6C645F7265706F72741F6F6C64207265706F72741F190A7265706F72741F11100A737472617373652067726F7373651F11110A74797065206F66206D79206F776E1F11120A786C1F11130A747275651F11140A6E756C6C1F11150A656D6F6A691F11160A6D6F64656C1F11170A66726175645F6465746563746F721F6672617564206465746563746F721F12100A747261696E696E671F12110A6669741F12120A302E38371F302038371F12140A66726175641F12150A73746167696E671F12160A7B2261223A5B312C2262225D7D1F61203120621F12170A302E39351F302039351F12190A66726175645F7265706F72741F6672617564207265706F72741F13100A70726F64756374696F6E1F13110A747275651F13120A7461626C651F13130A616E6E1F13140A');
CREATE TABLE cg_labelled (
        label INTEGER NOT NULL,
        created INTEGER NOT NULL,
        node INTEGER NOT NULL,
        PRIMARY KEY (label, created, node)
    ) WITHOUT ROWID;
INSERT INTO "cg_labelled" VALUES(1,1767268800000000,1);
INSERT INTO "cg_labelled" VALUES(1,1767787200000000,4);
INSERT INTO "cg_labelled" VALUES(2,1767355200000000,2);
INSERT INTO "cg_labelled" VALUES(2,1767787200000000,4);
INSERT INTO "cg_labelled" VALUES(3,1767268800000000,1);
INSERT INTO "cg_labelled" VALUES(4,1767355200000000,2);
INSERT INTO "cg_labelled" VALUES(5,1767441600000000,3);
INSERT INTO "cg_labelled" VALUES(6,1767441600000000,3);
INSERT INTO "cg_labelled" VALUES(7,1767441600000000,3);
INSERT INTO "cg_labelled" VALUES(10,1767700800000000,12);
INSERT INTO "cg_labelled" VALUES(11,1768132800000000,7);
INSERT INTO "cg_labelled" VALUES(12,1768132800000000,7);
INSERT INTO "cg_labelled" VALUES(13,1768132800000000,7);
INSERT INTO "cg_labelled" VALUES(14,1768132800000000,7);
INSERT INTO "cg_labelled" VALUES(15,1768132800000000,7);
INSERT INTO "cg_labelled" VALUES(16,1768219200000000,8);
INSERT INTO "cg_labelled" VALUES(17,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(17,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(17,1768219200000000,8);
INSERT INTO "cg_labelled" VALUES(18,1767268800000000,1);
INSERT INTO "cg_labelled" VALUES(18,1767355200000000,2);
INSERT INTO "cg_labelled" VALUES(18,1767441600000000,3);
INSERT INTO "cg_labelled" VALUES(18,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(18,1767700800000000,12);
INSERT INTO "cg_labelled" VALUES(18,1768132800000000,7);
INSERT INTO "cg_labelled" VALUES(18,1768219200000000,8);
INSERT INTO "cg_labelled" VALUES(19,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(19,1767787200000000,4);
INSERT INTO "cg_labelled" VALUES(20,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(20,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(21,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(21,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(22,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(22,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(23,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(24,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(25,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(26,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(27,1767528000000000,10);
INSERT INTO "cg_labelled" VALUES(27,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(28,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(29,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(30,1767700800000000,12);
INSERT INTO "cg_labelled" VALUES(31,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(32,1767614400000000,11);
INSERT INTO "cg_labelled" VALUES(33,1767268800000000,1);
INSERT INTO "cg_labelled" VALUES(34,1767268800000000,1);
CREATE TABLE cg_log (
        seq INTEGER PRIMARY KEY,
        op TEXT NOT NULL,
        artifact_id TEXT,
        parent_ids TEXT,
        tags TEXT,
        at INTEGER NOT NULL
    );
CREATE TABLE cg_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "cg_meta" VALUES('rows_read',0);
INSERT INTO "cg_meta" VALUES('rows_to_read',0);
INSERT INTO "cg_meta" VALUES('schema',1);
CREATE TABLE cg_node (
        node INTEGER PRIMARY KEY,
        artifact_id TEXT NOT NULL UNIQUE,
        state INTEGER NOT NULL,
        name TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        version TEXT,
        created_at TEXT NOT NULL,
        recorded INTEGER NOT NULL,
        deleted INTEGER
    );
INSERT INTO "cg_node" VALUES(1,'raw',1,'raw_payments','Table','1','2026-01-01T12:00:00.000000+00:00',1795417910430374,NULL);
INSERT INTO "cg_node" VALUES(2,'clean',1,'clean_payments','Dataset','1','2026-01-02T12:00:00.000000+00:00',1795417910430374,NULL);
INSERT INTO "cg_node" VALUES(3,'features',1,'fraud_features','FeatureSet','1','2026-01-03T12:00:00.000000+00:00',1795417910430374,NULL);
INSERT INTO "cg_node" VALUES(4,'copy',1,'raw_payments','Dataset','2','2026-01-07T12:00:00.000000+00:00',1795417910430374,NULL);
INSERT INTO "cg_node" VALUES(5,'gone',2,'clean_payments','Dataset','7','2026-01-08T12:00:00.000000+00:00',1795417910430374,1795417910725904);
INSERT INTO "cg_node" VALUES(7,'path/with/slashes',1,'Straße GROSSE','Type of my own','1','2026-01-11T12:00:00.000000+00:00',1795417910430374,NULL);
INSERT INTO "cg_node" VALUES(8,'größe 🎉',1,'emoji','Model','1','2026-01-12T12:00:00.000000+00:00',1795417910430374,NULL);
INSERT INTO "cg_node" VALUES(9,'never-registered',0,'','',NULL,'',1795417910431357,NULL);
INSERT INTO "cg_node" VALUES(10,'model-1',1,'fraud_detector','Model','1','2026-01-04T12:00:00.000000+00:00',1795417910477189,NULL);
INSERT INTO "cg_node" VALUES(11,'model-2',1,'fraud_detector','Model','2','2026-01-05T12:00:00.000000+00:00',1795417910509259,NULL);
INSERT INTO "cg_node" VALUES(12,'report',1,'fraud_report','Report','1','2026-01-06T12:00:00.000000+00:00',1795417910521614,NULL);
CREATE TABLE cg_recent_tags (artifact_id TEXT NOT NULL, tags TEXT, until INTEGER NOT NULL);
INSERT INTO "cg_recent_tags" VALUES('model-2','{"f1_score": "0.95", "team": "fraud", "stage": "staging", "nested": {"a": [1, "b"]}}',1795417910638000);
INSERT INTO "cg_recent_tags" VALUES('model-1','{"f1_score": 0.87, "team": "fraud", "stage": "staging", "nested": {"a": [1, "b"]}}',1795417910652000);
INSERT INTO "cg_recent_tags" VALUES('features','{}',1795417910677000);
INSERT INTO "cg_recent_tags" VALUES('model-1','{"f1_score": 0.87, "stage": "staging", "nested": {"a": [1, "b"]}}',1795417910696000);
INSERT INTO "cg_recent_tags" VALUES('raw','{"source": "card payments"}',1795417910715000);
CREATE TABLE cg_search (
        node INTEGER PRIMARY KEY,
        created INTEGER NOT NULL,
        artifact_id TEXT NOT NULL,
        compact_name TEXT NOT NULL,
        labels BLOB NOT NULL,
        text TEXT
    );
INSERT INTO "cg_search" VALUES(1,1767268800000000,'raw','rawpayments',X'0100000021000000120000000300000022000000',NULL);
INSERT INTO "cg_search" VALUES(2,1767355200000000,'clean','cleanpayments',X'020000000400000012000000',NULL);
INSERT INTO "cg_search" VALUES(3,1767441600000000,'features','fraudfeatures',X'05000000060000000700000012000000',NULL);
INSERT INTO "cg_search" VALUES(4,1767787200000000,'copy','rawpayments',X'010000000200000013000000',NULL);
INSERT INTO "cg_search" VALUES(7,1768132800000000,'path/with/slashes','strassegrosse',X'0B0000000C0000000D0000000E0000000F00000012000000',NULL);
INSERT INTO "cg_search" VALUES(8,1768219200000000,'größe 🎉','emoji',X'110000001200000010000000',NULL);
INSERT INTO "cg_search" VALUES(10,1767528000000000,'model-1','frauddetector',X'140000001100000015000000160000001200000017000000180000001A0000001B000000',NULL);
INSERT INTO "cg_search" VALUES(11,1767614400000000,'model-2','frauddetector',X'14000000110000001500000016000000130000001C0000001D000000190000001F0000001B00000020000000',NULL);
INSERT INTO "cg_search" VALUES(12,1767700800000000,'report','fraudreport',X'1E0000000A00000012000000',NULL);
CREATE TABLE cg_version (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "cg_version" VALUES('Straße GROSSE',1);
INSERT INTO "cg_version" VALUES('clean_payments',7);
INSERT INTO "cg_version" VALUES('emoji',1);
INSERT INTO "cg_version" VALUES('fraud_detector',2);
INSERT INTO "cg_version" VALUES('fraud_features',1);
INSERT INTO "cg_version" VALUES('fraud_report',1);
INSERT INTO "cg_version" VALUES('old_report',1);
INSERT INTO "cg_version" VALUES('raw_payments',2);
CREATE TABLE cg_was_edge (
        child INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        created INTEGER NOT NULL,
        removed INTEGER NOT NULL
    );
INSERT INTO "cg_was_edge" VALUES(3,1,1795417910430374,1795417910677956);
CREATE INDEX idx_content_hash ON artifacts(content_hash);
CREATE INDEX idx_source_pipeline ON artifacts(source_pipeline);
CREATE INDEX idx_artifact_type ON artifacts(artifact_type);
CREATE INDEX cg_edge_parent ON cg_edge(parent, child);
CREATE INDEX cg_was_edge_child ON cg_was_edge(child);
CREATE INDEX cg_was_edge_parent ON cg_was_edge(parent);
CREATE INDEX cg_label_number ON cg_label_term(label, term) WHERE term GLOB '[mn]*';
CREATE INDEX cg_search_newest ON cg_search(created, artifact_id);
CREATE INDEX cg_search_compact_name ON cg_search(compact_name, created);
CREATE INDEX cg_log_artifact ON cg_log(artifact_id, seq);
CREATE INDEX cg_recent_tags_artifact ON cg_recent_tags(artifact_id);
CREATE TRIGGER cg_artifacts_insert BEFORE INSERT ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at) VALUES (
            'insert', NEW.artifact_id,
            (SELECT parent_ids FROM artifacts WHERE artifact_id = NEW.artifact_id),
            (SELECT tags FROM artifacts WHERE artifact_id = NEW.artifact_id),
            CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000);
    END;
CREATE TRIGGER cg_artifacts_update AFTER UPDATE ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            VALUES ('update', OLD.artifact_id, OLD.parent_ids, OLD.tags, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000);
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            SELECT 'insert', NEW.artifact_id, NULL, NULL, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000 WHERE NEW.artifact_id IS NOT OLD.artifact_id;
    END;
CREATE TRIGGER cg_artifacts_delete AFTER DELETE ON artifacts BEGIN
        INSERT INTO cg_log (op, artifact_id, parent_ids, tags, at)
            VALUES ('delete', OLD.artifact_id, OLD.parent_ids, OLD.tags, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000);
    END;
COMMIT;
