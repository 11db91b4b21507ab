BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE articles (
	id VARCHAR(20) NOT NULL, 
	url TEXT NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	site VARCHAR(255) NOT NULL, 
	title TEXT NOT NULL, 
	published VARCHAR(40), 
	content_hash VARCHAR(64) NOT NULL, 
	revision INTEGER NOT NULL, 
	cluster_id VARCHAR(20) NOT NULL, 
	duplicate_of VARCHAR(20), 
	similarity FLOAT, 
	first_seen VARCHAR(40) NOT NULL, 
	run_id VARCHAR(40) NOT NULL, relation VARCHAR(16), origin VARCHAR(20), removed_at VARCHAR(40), 
	PRIMARY KEY (id)
);
INSERT INTO "articles" VALUES('ffaa5798d1efd16365df','http://harbour.example/2026/11/what-was-sold-in-ward-1','harbour','harbour.example','What was sold in harbour ward 1','2026-11-02T08:30:00+01:00','4c65c4b56c426a7a233a9e4a596eb6c131c5fa29bbac8986ab6380ad8500b5cb',1,'ffaa5798d1efd16365df',NULL,NULL,'2026-11-28T04:17:19Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('a49fe1ca749282e5a585','http://coast.example/2026/11/what-was-sold-in-ward-4','coast','coast.example','What was sold in coast ward 4','2026-11-05T08:30:00+01:00','e0c31d74eea4d6e1df98c7f96b5efab2236c7307adf6a42db73eab9c1aea339e',1,'a49fe1ca749282e5a585',NULL,NULL,'2026-11-28T04:17:19Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('d3b6686929bfa3451b55','http://harbour.example/2026/11/what-was-sold-in-ward-2','harbour','harbour.example','What was sold in harbour ward 2','2026-11-03T08:30:00+01:00','9f37b4dc5058980c38af4bcc09bde9759142e92d76c411467c5834e5f9097e0c',1,'d3b6686929bfa3451b55',NULL,NULL,'2026-11-28T04:17:19Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('54156b84c43eb7b9a0f1','http://harbour.example/nearly-what-was-sold-in-ward-3','harbour','harbour.example','What was sold in coast ward 3','2026-11-04T08:30:00+01:00','f27fb1a4ddb9b4451a74585d06ecc85994945e656599a098ec81da1d2b884128',1,'54156b84c43eb7b9a0f1',NULL,NULL,'2026-11-28T04:17:19Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('0ee64e3e43b4a1001953','http://harbour.example/copy-of-what-was-sold-in-ward-1','harbour','harbour.example','What was sold in coast ward 2','2026-11-03T08:30:00+01:00','848fb982aeb1d856a5f81127b4f31c0b14574ed5d0d652d9e6e2fb3e52b6a4bc',1,'0ee64e3e43b4a1001953',NULL,NULL,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('63c41b73986f5b945e46','http://coast.example/2026/11/what-was-sold-in-ward-5','coast','coast.example','What was sold in coast ward 5','2026-11-06T08:30:00+01:00','a56ca4c71815e9b018545bca1cd4c176b23c7a6fcfc08bb503b240fc05071ca1',1,'63c41b73986f5b945e46',NULL,NULL,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('d2adbed1ad9c5af3d4f7','http://coast.example/2026/11/what-was-sold-in-ward-6','coast','coast.example','What was sold in coast ward 6','2026-11-07T08:30:00+01:00','f3f935a8ea2f84ccec1045d308c8e68167a6b2f737fa5a6f223705241646773b',1,'d2adbed1ad9c5af3d4f7',NULL,NULL,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('03d8068d7fb9f48ba886','http://coast.example/2026/11/what-was-sold-in-ward-7','coast','coast.example','What was sold in coast ward 7','2026-11-08T08:30:00+01:00','426c9f3e3a637631907626a1f77aea2e3210af8c81e039934c630d7deef28db6',1,'03d8068d7fb9f48ba886',NULL,NULL,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('838b217e07805bc27b45','http://coast.example/2026/11/what-was-sold-in-ward-8','coast','coast.example','What was sold in coast ward 8','2026-11-09T08:30:00+01:00','7acb5c7ca1bd458f0d20c9bde91a6d99b4442f3d48aa8da118c14c0b5f0b1fbf',1,'838b217e07805bc27b45',NULL,NULL,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('d095018320344c57c595','http://coast.example/2026/11/what-was-sold-in-ward-3','coast','coast.example','What was sold in coast ward 3','2026-11-04T08:30:00+01:00','de0f7afc5e8d82ebc8c1371ae1dbbe1fdbf17635864dd6c296ca938bcd7c6018',1,'54156b84c43eb7b9a0f1','54156b84c43eb7b9a0f1',0.8583,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55','syndicated','54156b84c43eb7b9a0f1',NULL);
INSERT INTO "articles" VALUES('62a56984b54240cc83e9','http://coast.example/2026/11/what-was-sold-in-ward-2','coast','coast.example','What was sold in coast ward 2','2026-11-03T08:30:00+01:00','fccb1c63c7522cb2a094ad7d19892131e4b083aff79c9045df31f3643d5ebd3d',1,'0ee64e3e43b4a1001953','0ee64e3e43b4a1001953',0.8926,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55','syndicated','0ee64e3e43b4a1001953',NULL);
INSERT INTO "articles" VALUES('8d18c29ce2332a3ae18e','http://coast.example/2026/11/what-was-sold-in-ward-1','coast','coast.example','What was sold in coast ward 1','2026-11-02T08:30:00+01:00','e9d5880da655d4b605c34bee71a3b28ba4bd2d872148c00f3cddd58d9ce29962',2,'8d18c29ce2332a3ae18e',NULL,NULL,'2026-11-28T04:17:20Z','20261128T041718Z-4073aa55',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('2b1cdc5da5118b7f315b','http://coast.example/2026/11/what-was-sold-in-ward-15','coast','coast.example','What was sold in coast ward 15','2026-11-16T08:30:00+01:00','db2ce34f31524062a01fc769dec4f2767f3fc196b72ecbe5312f4199daf4caa8',1,'2b1cdc5da5118b7f315b',NULL,NULL,'2026-11-28T04:17:44Z','20261128T041742Z-9cc707ed',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('50c9d95cc2e27f0b4a6a','http://harbour.example/2026/11/what-was-sold-in-ward-3','harbour','harbour.example','What was sold in harbour ward 3','2026-11-04T08:30:00+01:00','33cef0a315358aa2686a77f18e5986aa4f6a80924e6edb913b4434826476f1cb',1,'50c9d95cc2e27f0b4a6a',NULL,NULL,'2026-11-28T04:17:55Z','20261128T041753Z-062376d7',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('25aff0c78eb8b32b7ab0','http://harbour.example/2026/11/what-was-sold-in-ward-4','harbour','harbour.example','What was sold in harbour ward 4','2026-11-05T08:30:00+01:00','a6012295b77ce2bb825f4ae03657565b0d82823c4db5324a2762a221ae01af7a',1,'25aff0c78eb8b32b7ab0',NULL,NULL,'2026-11-28T04:17:55Z','20261128T041753Z-062376d7',NULL,NULL,NULL);
INSERT INTO "articles" VALUES('218a8eea19f35e0d10f3','http://harbour.example/2026/11/what-was-sold-in-ward-5','harbour','harbour.example','What was sold in harbour ward 5','2026-11-06T08:30:00+01:00','771823cee5798729380815bf36c8beade22cff8dd9bafffa6502adffe648a238',1,'218a8eea19f35e0d10f3',NULL,NULL,'2026-11-28T04:17:55Z','20261128T041753Z-062376d7',NULL,NULL,NULL);
CREATE TABLE bands (
	"key" INTEGER NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "bands" VALUES(1971807003344904);
INSERT INTO "bands" VALUES(1971807003344912);
INSERT INTO "bands" VALUES(1971807003344913);
INSERT INTO "bands" VALUES(2385846145646595);
INSERT INTO "bands" VALUES(2400090538901508);
INSERT INTO "bands" VALUES(2400090538901514);
INSERT INTO "bands" VALUES(6486253973274633);
INSERT INTO "bands" VALUES(6486253973274637);
INSERT INTO "bands" VALUES(6486253973274639);
INSERT INTO "bands" VALUES(13725650594562066);
INSERT INTO "bands" VALUES(13725650594562067);
INSERT INTO "bands" VALUES(15194968972853253);
INSERT INTO "bands" VALUES(15194968972853259);
INSERT INTO "bands" VALUES(30313356262899732);
INSERT INTO "bands" VALUES(45830540258967553);
INSERT INTO "bands" VALUES(49318501453660174);
INSERT INTO "bands" VALUES(578085054979244036);
INSERT INTO "bands" VALUES(578085054979244042);
INSERT INTO "bands" VALUES(578085054979244045);
INSERT INTO "bands" VALUES(578085054979244047);
INSERT INTO "bands" VALUES(579120099416342531);
INSERT INTO "bands" VALUES(579120099416342537);
INSERT INTO "bands" VALUES(579120099416342545);
INSERT INTO "bands" VALUES(579455625482731536);
INSERT INTO "bands" VALUES(579455625482731538);
INSERT INTO "bands" VALUES(593404889120374803);
INSERT INTO "bands" VALUES(593890316390498312);
INSERT INTO "bands" VALUES(616277516264407045);
INSERT INTO "bands" VALUES(616277516264407051);
INSERT INTO "bands" VALUES(622655010391457806);
INSERT INTO "bands" VALUES(625201171962789908);
INSERT INTO "bands" VALUES(661405463224516609);
INSERT INTO "bands" VALUES(1153242118144131081);
INSERT INTO "bands" VALUES(1153242118144131091);
INSERT INTO "bands" VALUES(1160032256085983233);
INSERT INTO "bands" VALUES(1160032256085983237);
INSERT INTO "bands" VALUES(1160032256085983240);
INSERT INTO "bands" VALUES(1160032256085983243);
INSERT INTO "bands" VALUES(1160032256085983247);
INSERT INTO "bands" VALUES(1160032256085983250);
INSERT INTO "bands" VALUES(1165566695243251716);
INSERT INTO "bands" VALUES(1165566695243251722);
INSERT INTO "bands" VALUES(1165573075819823107);
INSERT INTO "bands" VALUES(1171116462199275534);
INSERT INTO "bands" VALUES(1177349522615959568);
INSERT INTO "bands" VALUES(1184491062433939473);
INSERT INTO "bands" VALUES(1202047172229464077);
INSERT INTO "bands" VALUES(1247005935595946004);
INSERT INTO "bands" VALUES(1733012135904018445);
INSERT INTO "bands" VALUES(1733012135904018446);
INSERT INTO "bands" VALUES(1733012135904018450);
INSERT INTO "bands" VALUES(1733012135904018452);
INSERT INTO "bands" VALUES(1736351497001631745);
INSERT INTO "bands" VALUES(1736351497001631748);
INSERT INTO "bands" VALUES(1736351497001631754);
INSERT INTO "bands" VALUES(1736351497001631763);
INSERT INTO "bands" VALUES(1738095761066819592);
INSERT INTO "bands" VALUES(1740738869042610193);
INSERT INTO "bands" VALUES(1745476123480817669);
INSERT INTO "bands" VALUES(1745476123480817675);
INSERT INTO "bands" VALUES(1745476123480817680);
INSERT INTO "bands" VALUES(1773622492380790793);
INSERT INTO "bands" VALUES(1774022791251623951);
INSERT INTO "bands" VALUES(1870129739654496259);
INSERT INTO "bands" VALUES(2309894656948699140);
INSERT INTO "bands" VALUES(2309894656948699146);
INSERT INTO "bands" VALUES(2311751529821896720);
INSERT INTO "bands" VALUES(2315772600879415297);
INSERT INTO "bands" VALUES(2315772600879415315);
INSERT INTO "bands" VALUES(2316218887307264003);
INSERT INTO "bands" VALUES(2316905211672657929);
INSERT INTO "bands" VALUES(2318137255387987985);
INSERT INTO "bands" VALUES(2331070404656889869);
INSERT INTO "bands" VALUES(2334932151083991054);
INSERT INTO "bands" VALUES(2371203064133582868);
INSERT INTO "bands" VALUES(2371783487758794760);
INSERT INTO "bands" VALUES(2386461960876064786);
INSERT INTO "bands" VALUES(2403715087975055365);
INSERT INTO "bands" VALUES(2403715087975055371);
INSERT INTO "bands" VALUES(2403715087975055375);
INSERT INTO "bands" VALUES(2884467796895334416);
INSERT INTO "bands" VALUES(2889565227425202194);
INSERT INTO "bands" VALUES(2892951880541929492);
INSERT INTO "bands" VALUES(2896345622636396552);
INSERT INTO "bands" VALUES(2896345622636396553);
INSERT INTO "bands" VALUES(2906169769499557891);
INSERT INTO "bands" VALUES(2907329475899293697);
INSERT INTO "bands" VALUES(2913882604123979780);
INSERT INTO "bands" VALUES(2913882604123979786);
INSERT INTO "bands" VALUES(2922100202900815891);
INSERT INTO "bands" VALUES(2923263985627168782);
INSERT INTO "bands" VALUES(2926249343172214789);
INSERT INTO "bands" VALUES(2926249343172214795);
INSERT INTO "bands" VALUES(2927303758046035981);
INSERT INTO "bands" VALUES(2942908520049147921);
INSERT INTO "bands" VALUES(2946207653677760527);
INSERT INTO "bands" VALUES(3459804551291338753);
INSERT INTO "bands" VALUES(3459804551291338765);
INSERT INTO "bands" VALUES(3462904909538525202);
INSERT INTO "bands" VALUES(3467324314519339028);
INSERT INTO "bands" VALUES(3469291168217432079);
INSERT INTO "bands" VALUES(3470610512109109253);
INSERT INTO "bands" VALUES(3470610512109109257);
INSERT INTO "bands" VALUES(3470610512109109259);
INSERT INTO "bands" VALUES(3470991275992285188);
INSERT INTO "bands" VALUES(3470991275992285194);
INSERT INTO "bands" VALUES(3476515461452005395);
INSERT INTO "bands" VALUES(3490008227645489168);
INSERT INTO "bands" VALUES(3495163301065654286);
INSERT INTO "bands" VALUES(3509127917466550289);
INSERT INTO "bands" VALUES(3513254592508854280);
INSERT INTO "bands" VALUES(3520818867301515267);
INSERT INTO "bands" VALUES(4036052831294193669);
INSERT INTO "bands" VALUES(4036052831294193675);
INSERT INTO "bands" VALUES(4040429124332814351);
INSERT INTO "bands" VALUES(4047678158189625352);
INSERT INTO "bands" VALUES(4047678158189625360);
INSERT INTO "bands" VALUES(4051579567700181009);
INSERT INTO "bands" VALUES(4055938137287819265);
INSERT INTO "bands" VALUES(4058851193219186707);
INSERT INTO "bands" VALUES(4074259127876976654);
INSERT INTO "bands" VALUES(4074976785370972180);
INSERT INTO "bands" VALUES(4076766666820681737);
INSERT INTO "bands" VALUES(4076766666820681746);
INSERT INTO "bands" VALUES(4091963024007495690);
INSERT INTO "bands" VALUES(4105516932147445763);
INSERT INTO "bands" VALUES(4105516932147445764);
INSERT INTO "bands" VALUES(4116458957260718093);
INSERT INTO "bands" VALUES(4612986239916703762);
INSERT INTO "bands" VALUES(4626295748714037252);
INSERT INTO "bands" VALUES(4626295748714037258);
INSERT INTO "bands" VALUES(4629195968464551950);
INSERT INTO "bands" VALUES(4629340355198713876);
INSERT INTO "bands" VALUES(4630202572701958163);
INSERT INTO "bands" VALUES(4630657697232977921);
INSERT INTO "bands" VALUES(4630657697232977923);
INSERT INTO "bands" VALUES(4631628601836437513);
INSERT INTO "bands" VALUES(4641707477035909133);
INSERT INTO "bands" VALUES(4652325392105865231);
INSERT INTO "bands" VALUES(4653238044336324613);
INSERT INTO "bands" VALUES(4653238044336324619);
INSERT INTO "bands" VALUES(4654325821576577040);
INSERT INTO "bands" VALUES(4686776335312355345);
INSERT INTO "bands" VALUES(4691938658234662920);
INSERT INTO "bands" VALUES(5192396486519816205);
INSERT INTO "bands" VALUES(5196222184346877953);
INSERT INTO "bands" VALUES(5197766499699261445);
INSERT INTO "bands" VALUES(5197766499699261448);
INSERT INTO "bands" VALUES(5197766499699261451);
INSERT INTO "bands" VALUES(5197766499699261456);
INSERT INTO "bands" VALUES(5206819572560166915);
INSERT INTO "bands" VALUES(5206819572560166930);
INSERT INTO "bands" VALUES(5209952368816291859);
INSERT INTO "bands" VALUES(5212963138072215566);
INSERT INTO "bands" VALUES(5228551033470320657);
INSERT INTO "bands" VALUES(5237996796130623503);
INSERT INTO "bands" VALUES(5248911267418079236);
INSERT INTO "bands" VALUES(5267966573531889673);
INSERT INTO "bands" VALUES(5306786103800365076);
INSERT INTO "bands" VALUES(5307737148206612490);
INSERT INTO "bands" VALUES(5767993265886330883);
INSERT INTO "bands" VALUES(5767993265886330900);
INSERT INTO "bands" VALUES(5768373548464734221);
INSERT INTO "bands" VALUES(5768373548464734222);
INSERT INTO "bands" VALUES(5773859790304313361);
INSERT INTO "bands" VALUES(5778286124812206099);
INSERT INTO "bands" VALUES(5779542652525477897);
INSERT INTO "bands" VALUES(5781975427899719681);
INSERT INTO "bands" VALUES(5788032706579267599);
INSERT INTO "bands" VALUES(5791381908654915589);
INSERT INTO "bands" VALUES(5791381908654915592);
INSERT INTO "bands" VALUES(5791381908654915595);
INSERT INTO "bands" VALUES(5791381908654915600);
INSERT INTO "bands" VALUES(5902172051686293508);
INSERT INTO "bands" VALUES(5939832547851632650);
INSERT INTO "bands" VALUES(5939832547851632658);
INSERT INTO "bands" VALUES(6342841413260017679);
INSERT INTO "bands" VALUES(6347584064861503489);
INSERT INTO "bands" VALUES(6350749132965019652);
INSERT INTO "bands" VALUES(6350749132965019658);
INSERT INTO "bands" VALUES(6352968267404935177);
INSERT INTO "bands" VALUES(6356336846762410004);
INSERT INTO "bands" VALUES(6361399335048970253);
INSERT INTO "bands" VALUES(6373451063478976529);
INSERT INTO "bands" VALUES(6373451063478976530);
INSERT INTO "bands" VALUES(6374061545030156293);
INSERT INTO "bands" VALUES(6374061545030156299);
INSERT INTO "bands" VALUES(6377333130335879182);
INSERT INTO "bands" VALUES(6379137132564316179);
INSERT INTO "bands" VALUES(6386493824608239632);
INSERT INTO "bands" VALUES(6388044219486830595);
INSERT INTO "bands" VALUES(6391632976584638472);
INSERT INTO "bands" VALUES(6919262474696916996);
INSERT INTO "bands" VALUES(6919262474696917002);
INSERT INTO "bands" VALUES(6923973340050751501);
INSERT INTO "bands" VALUES(6924801747705659401);
INSERT INTO "bands" VALUES(6924801747705659408);
INSERT INTO "bands" VALUES(6925705790808391698);
INSERT INTO "bands" VALUES(6927318628471668737);
INSERT INTO "bands" VALUES(6941216171039391763);
INSERT INTO "bands" VALUES(6943573142388342789);
INSERT INTO "bands" VALUES(6943573142388342795);
INSERT INTO "bands" VALUES(6944104159394136067);
INSERT INTO "bands" VALUES(6945907474562023439);
INSERT INTO "bands" VALUES(6945907474562023444);
INSERT INTO "bands" VALUES(6951413078248390664);
INSERT INTO "bands" VALUES(6981430037476016145);
INSERT INTO "bands" VALUES(7011849151268782094);
INSERT INTO "bands" VALUES(7494887787007574029);
INSERT INTO "bands" VALUES(7494887787007574031);
INSERT INTO "bands" VALUES(7494887787007574033);
INSERT INTO "bands" VALUES(7516939563760091139);
INSERT INTO "bands" VALUES(7516939563760091150);
INSERT INTO "bands" VALUES(7516939563760091156);
INSERT INTO "bands" VALUES(7531697001730146323);
INSERT INTO "bands" VALUES(7540830596369481729);
INSERT INTO "bands" VALUES(7550040922881261573);
INSERT INTO "bands" VALUES(7550040922881261579);
INSERT INTO "bands" VALUES(7550040922881261584);
INSERT INTO "bands" VALUES(7550243234765602824);
INSERT INTO "bands" VALUES(7556576261888278546);
INSERT INTO "bands" VALUES(7557286327759142916);
INSERT INTO "bands" VALUES(7557286327759142922);
INSERT INTO "bands" VALUES(7557657197245628425);
INSERT INTO "bands" VALUES(8070693833823748105);
INSERT INTO "bands" VALUES(8074759911440908292);
INSERT INTO "bands" VALUES(8074759911440908293);
INSERT INTO "bands" VALUES(8074759911440908298);
INSERT INTO "bands" VALUES(8074759911440908299);
INSERT INTO "bands" VALUES(8074759911440908302);
INSERT INTO "bands" VALUES(8074759911440908304);
INSERT INTO "bands" VALUES(8075083499645698056);
INSERT INTO "bands" VALUES(8077707641045909505);
INSERT INTO "bands" VALUES(8081933682169872387);
INSERT INTO "bands" VALUES(8081933682169872397);
INSERT INTO "bands" VALUES(8095638356009943058);
INSERT INTO "bands" VALUES(8105455664077209620);
INSERT INTO "bands" VALUES(8131534864009658387);
INSERT INTO "bands" VALUES(8146446825776218129);
INSERT INTO "bands" VALUES(8170162484938801167);
INSERT INTO "bands" VALUES(8650437910383820819);
INSERT INTO "bands" VALUES(8652349308001058821);
INSERT INTO "bands" VALUES(8652349308001058825);
INSERT INTO "bands" VALUES(8652349308001058827);
INSERT INTO "bands" VALUES(8652850873476579331);
INSERT INTO "bands" VALUES(8652850873476579332);
INSERT INTO "bands" VALUES(8652850873476579338);
INSERT INTO "bands" VALUES(8652850873476579343);
INSERT INTO "bands" VALUES(8653585220408180754);
INSERT INTO "bands" VALUES(8653585220408180756);
INSERT INTO "bands" VALUES(8655233097756835856);
INSERT INTO "bands" VALUES(8665313815765712910);
INSERT INTO "bands" VALUES(8680503716408721416);
INSERT INTO "bands" VALUES(8687697652680228877);
INSERT INTO "bands" VALUES(8689508914342920209);
INSERT INTO "bands" VALUES(8697346082767634433);
CREATE TABLE clusters (
	id VARCHAR(20) NOT NULL, 
	origin VARCHAR(20) NOT NULL, 
	published VARCHAR(40), 
	agency VARCHAR(64), 
	members INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "clusters" VALUES('54156b84c43eb7b9a0f1','54156b84c43eb7b9a0f1','2026-11-04T08:30:00+01:00',NULL,2);
INSERT INTO "clusters" VALUES('0ee64e3e43b4a1001953','0ee64e3e43b4a1001953','2026-11-03T08:30:00+01:00',NULL,2);
CREATE TABLE coverage (
	run_id VARCHAR(40) NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	counts TEXT NOT NULL, 
	PRIMARY KEY (run_id, source)
);
INSERT INTO "coverage" VALUES('20261128T041718Z-4073aa55','coast','{"discovered":8,"fetched":8,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":6,"revised":0,"unchanged":0,"duplicate":2,"rejected":0,"reasons":{},"listings":{"read":6},"notes":[]}');
INSERT INTO "coverage" VALUES('20261128T041718Z-4073aa55','harbour','{"discovered":4,"fetched":4,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":4,"revised":0,"unchanged":0,"duplicate":0,"rejected":0,"reasons":{},"listings":{"failed":1,"read":2},"notes":["feed http://harbour.example/broken: http_500","feed http://harbour.example/old: moved for good to http://harbour.example/new"]}');
INSERT INTO "coverage" VALUES('20261128T041718Z-4073aa55','tide','{"discovered":0,"fetched":0,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":0,"revised":0,"unchanged":0,"duplicate":0,"rejected":0,"reasons":{},"listings":{"postponed":1},"notes":["feed http://tide.example/feed: retry_later: tide.example asks for 7200 s of rest"]}');
INSERT INTO "coverage" VALUES('20261128T041731Z-a7b40e74','coast','{"discovered":8,"fetched":8,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":0,"revised":1,"unchanged":7,"duplicate":0,"rejected":0,"reasons":{},"listings":{"not_modified":4},"notes":[]}');
INSERT INTO "coverage" VALUES('20261128T041731Z-a7b40e74','harbour','{"discovered":4,"fetched":4,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":0,"revised":0,"unchanged":4,"duplicate":0,"rejected":0,"reasons":{},"listings":{"failed":1,"not_modified":2},"notes":["feed http://harbour.example/broken: http_500 (2 times in a row, due again at 2026-11-28T06:17:32Z)"]}');
INSERT INTO "coverage" VALUES('20261128T041731Z-a7b40e74','tide','{"discovered":0,"fetched":0,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":0,"revised":0,"unchanged":0,"duplicate":0,"rejected":0,"reasons":{},"listings":{"postponed":1},"notes":["feed http://tide.example/feed: retry_later: tide.example until 2026-11-28T06:17:19Z (2 times in a row, due again at 2026-11-28T06:17:32Z)"]}');
INSERT INTO "coverage" VALUES('20261128T041742Z-9cc707ed','coast','{"discovered":1,"fetched":1,"not_modified":0,"already_known":0,"skipped":0,"failed":0,"new":1,"revised":0,"unchanged":0,"duplicate":0,"rejected":0,"reasons":{},"listings":{},"notes":[]}');
CREATE TABLE exports (
	id INTEGER NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	path TEXT NOT NULL, 
	done INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (path)
);
INSERT INTO "exports" VALUES(1,'20261128T041718Z-4073aa55','article','articles/2026-11-28/20261128T041718Z-4073aa55.jsonl',1);
INSERT INTO "exports" VALUES(2,'20261128T041718Z-4073aa55','duplicate','duplicates/2026-11-28/20261128T041718Z-4073aa55.jsonl',1);
INSERT INTO "exports" VALUES(3,'20261128T041731Z-a7b40e74','article','articles/2026-11-28/20261128T041731Z-a7b40e74.jsonl',1);
INSERT INTO "exports" VALUES(4,'20261128T041742Z-9cc707ed','article','articles/2026-11-28/20261128T041742Z-9cc707ed.jsonl',1);
CREATE TABLE frontier (
	url_key VARCHAR(2100) NOT NULL, 
	url TEXT NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	reason VARCHAR(64), 
	article_id VARCHAR(20), 
	candidate TEXT, 
	tries INTEGER NOT NULL, 
	changed_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (url_key)
);
INSERT INTO "frontier" VALUES('harbour.example/2026/11/what-was-sold-in-ward-2','http://harbour.example/2026/11/what-was-sold-in-ward-2','harbour','article',NULL,'d3b6686929bfa3451b55',NULL,0,'2026-11-28T04:17:31Z');
INSERT INTO "frontier" VALUES('harbour.example/2026/11/what-was-sold-in-ward-1','http://harbour.example/2026/11/what-was-sold-in-ward-1','harbour','article',NULL,'ffaa5798d1efd16365df',NULL,0,'2026-11-28T04:17:31Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-1','http://coast.example/2026/11/what-was-sold-in-ward-1','coast','article',NULL,'8d18c29ce2332a3ae18e',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-2','http://coast.example/2026/11/what-was-sold-in-ward-2','coast','article',NULL,'62a56984b54240cc83e9',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-3','http://coast.example/2026/11/what-was-sold-in-ward-3','coast','article',NULL,'d095018320344c57c595',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-4','http://coast.example/2026/11/what-was-sold-in-ward-4','coast','article',NULL,'a49fe1ca749282e5a585',NULL,0,'2026-11-28T04:17:31Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-8','http://coast.example/2026/11/what-was-sold-in-ward-8','coast','article',NULL,'838b217e07805bc27b45',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-7','http://coast.example/2026/11/what-was-sold-in-ward-7','coast','article',NULL,'03d8068d7fb9f48ba886',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-6','http://coast.example/2026/11/what-was-sold-in-ward-6','coast','article',NULL,'d2adbed1ad9c5af3d4f7',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-5','http://coast.example/2026/11/what-was-sold-in-ward-5','coast','article',NULL,'63c41b73986f5b945e46',NULL,0,'2026-11-28T04:17:31Z');
INSERT INTO "frontier" VALUES('harbour.example/copy-of-what-was-sold-in-ward-1','http://harbour.example/copy-of-what-was-sold-in-ward-1','harbour','article',NULL,'0ee64e3e43b4a1001953',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('harbour.example/nearly-what-was-sold-in-ward-3','http://harbour.example/nearly-what-was-sold-in-ward-3','harbour','article',NULL,'54156b84c43eb7b9a0f1',NULL,0,'2026-11-28T04:17:32Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-18','http://coast.example/2026/11/what-was-sold-in-ward-18','coast','pending',NULL,NULL,'{"url":"http://coast.example/2026/11/what-was-sold-in-ward-18","via":"section","title":"What was sold in the ward of that number, 18","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',0,'2026-11-28T04:17:44Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-17','http://coast.example/2026/11/what-was-sold-in-ward-17','coast','pending',NULL,NULL,'{"url":"http://coast.example/2026/11/what-was-sold-in-ward-17","via":"section","title":"What was sold in the ward of that number, 17","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',0,'2026-11-28T04:17:44Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-16','http://coast.example/2026/11/what-was-sold-in-ward-16','coast','pending',NULL,NULL,'{"url":"http://coast.example/2026/11/what-was-sold-in-ward-16","via":"section","title":"What was sold in the ward of that number, 16","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',0,'2026-11-28T04:17:44Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-15','http://coast.example/2026/11/what-was-sold-in-ward-15','coast','article',NULL,'2b1cdc5da5118b7f315b',NULL,0,'2026-11-28T04:17:44Z');
INSERT INTO "frontier" VALUES('coast.example/2026/11/what-was-sold-in-ward-14','http://coast.example/2026/11/what-was-sold-in-ward-14','coast','pending',NULL,NULL,'{"url":"http://coast.example/2026/11/what-was-sold-in-ward-14","via":"section","title":"What was sold in the ward of that number, 14","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',0,'2026-11-28T04:17:44Z');
INSERT INTO "frontier" VALUES('harbour.example/2026/11/what-was-sold-in-ward-6','http://harbour.example/2026/11/what-was-sold-in-ward-6','harbour','pending',NULL,NULL,'{"url":"http://harbour.example/2026/11/what-was-sold-in-ward-6","via":"feed","title":"Item 0","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',0,'2026-11-28T04:17:53Z');
INSERT INTO "frontier" VALUES('harbour.example/2026/11/what-was-sold-in-ward-5','http://harbour.example/2026/11/what-was-sold-in-ward-5','harbour','article',NULL,'218a8eea19f35e0d10f3',NULL,0,'2026-11-28T04:17:55Z');
INSERT INTO "frontier" VALUES('harbour.example/2026/11/what-was-sold-in-ward-4','http://harbour.example/2026/11/what-was-sold-in-ward-4','harbour','article',NULL,'25aff0c78eb8b32b7ab0',NULL,0,'2026-11-28T04:17:55Z');
INSERT INTO "frontier" VALUES('harbour.example/2026/11/what-was-sold-in-ward-3','http://harbour.example/2026/11/what-was-sold-in-ward-3','harbour','article',NULL,'50c9d95cc2e27f0b4a6a',NULL,0,'2026-11-28T04:17:55Z');
CREATE TABLE hosts (
	host VARCHAR(300) NOT NULL, 
	rests_until VARCHAR(40), 
	reservations TEXT, 
	reservations_at VARCHAR(40), 
	robots TEXT, 
	robots_at VARCHAR(40), 
	PRIMARY KEY (host)
);
INSERT INTO "hosts" VALUES('harbour.example',NULL,'[]','2026-11-28T04:17:19Z','','2026-11-28T04:17:18Z');
INSERT INTO "hosts" VALUES('coast.example',NULL,'[["/poems/",true]]','2026-11-28T04:17:19Z','User-agent: *
Disallow: /private/
','2026-11-28T04:17:18Z');
INSERT INTO "hosts" VALUES('tide.example','2026-11-28T06:17:19Z',NULL,NULL,'','2026-11-28T04:17:19Z');
CREATE TABLE ledger (
	run_id VARCHAR(40) NOT NULL, 
	url_key VARCHAR(2100) NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	url TEXT NOT NULL, 
	via VARCHAR(16) NOT NULL, 
	outcome VARCHAR(16) NOT NULL, 
	reason VARCHAR(64), 
	detail TEXT, 
	PRIMARY KEY (run_id, url_key)
);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','harbour.example/2026/11/what-was-sold-in-ward-1','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-1','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-4','coast','http://coast.example/2026/11/what-was-sold-in-ward-4','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','harbour.example/2026/11/what-was-sold-in-ward-2','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-2','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','harbour.example/nearly-what-was-sold-in-ward-3','harbour','http://harbour.example/nearly-what-was-sold-in-ward-3','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','harbour.example/copy-of-what-was-sold-in-ward-1','harbour','http://harbour.example/copy-of-what-was-sold-in-ward-1','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-5','coast','http://coast.example/2026/11/what-was-sold-in-ward-5','section','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-6','coast','http://coast.example/2026/11/what-was-sold-in-ward-6','section','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-7','coast','http://coast.example/2026/11/what-was-sold-in-ward-7','section','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-8','coast','http://coast.example/2026/11/what-was-sold-in-ward-8','section','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-3','coast','http://coast.example/2026/11/what-was-sold-in-ward-3','feed','duplicate',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-2','coast','http://coast.example/2026/11/what-was-sold-in-ward-2','feed','duplicate',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041718Z-4073aa55','coast.example/2026/11/what-was-sold-in-ward-1','coast','http://coast.example/2026/11/what-was-sold-in-ward-1','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-4','coast','http://coast.example/2026/11/what-was-sold-in-ward-4','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-5','coast','http://coast.example/2026/11/what-was-sold-in-ward-5','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','harbour.example/2026/11/what-was-sold-in-ward-1','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-1','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','harbour.example/2026/11/what-was-sold-in-ward-2','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-2','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-6','coast','http://coast.example/2026/11/what-was-sold-in-ward-6','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-7','coast','http://coast.example/2026/11/what-was-sold-in-ward-7','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','harbour.example/nearly-what-was-sold-in-ward-3','harbour','http://harbour.example/nearly-what-was-sold-in-ward-3','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-8','coast','http://coast.example/2026/11/what-was-sold-in-ward-8','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','harbour.example/copy-of-what-was-sold-in-ward-1','harbour','http://harbour.example/copy-of-what-was-sold-in-ward-1','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-3','coast','http://coast.example/2026/11/what-was-sold-in-ward-3','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-2','coast','http://coast.example/2026/11/what-was-sold-in-ward-2','revisit','unchanged',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041731Z-a7b40e74','coast.example/2026/11/what-was-sold-in-ward-1','coast','http://coast.example/2026/11/what-was-sold-in-ward-1','revisit','revised',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041742Z-9cc707ed','coast.example/2026/11/what-was-sold-in-ward-15','coast','http://coast.example/2026/11/what-was-sold-in-ward-15','section','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041753Z-062376d7','harbour.example/2026/11/what-was-sold-in-ward-3','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-3','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041753Z-062376d7','harbour.example/2026/11/what-was-sold-in-ward-4','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-4','feed','new',NULL,NULL);
INSERT INTO "ledger" VALUES('20261128T041753Z-062376d7','harbour.example/2026/11/what-was-sold-in-ward-5','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-5','feed','new',NULL,NULL);
CREATE TABLE listings (
	source VARCHAR(64) NOT NULL, 
	url VARCHAR(2100) NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	digest VARCHAR(64), 
	lastmod VARCHAR(40), 
	children TEXT, 
	checked_at VARCHAR(40) NOT NULL, 
	changed_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (source, url)
);
INSERT INTO "listings" VALUES('harbour','http://harbour.example/feed','"6"',NULL,'bf3d3aa7f16ff65325d255a379c894102b1814d2189d4d58964fa163934c924e',NULL,NULL,'2026-11-28T04:17:53Z','2026-11-28T04:17:53Z');
INSERT INTO "listings" VALUES('coast','http://coast.example/feed','"4"',NULL,'1311fd8e48c40119bccc4fb2363d1d63bae2bb2b21d609567f31954de494620f',NULL,NULL,'2026-11-28T04:17:19Z','2026-11-28T04:17:19Z');
INSERT INTO "listings" VALUES('coast','http://coast.example/sitemap.xml',NULL,NULL,'31559aa43f1213d977be45c072529e2c49901bc3981148947bfd3da6ca1f6ddd',NULL,'[["http://coast.example/sitemap-2026-10.xml","2026-11-01"],["http://coast.example/sitemap-2026-11.xml",null]]','2026-11-28T04:17:19Z','2026-11-28T04:17:19Z');
INSERT INTO "listings" VALUES('coast','http://coast.example/news',NULL,NULL,'721bd9c9c56d2496b31395cc0bcb9b743671f51f84a7c033f5c31731c5c701da',NULL,'[["http://coast.example/news?page=2",null]]','2026-11-28T04:17:44Z','2026-11-28T04:17:44Z');
INSERT INTO "listings" VALUES('harbour','http://harbour.example/old','"2"',NULL,'89a959899599cae33b007a3d8abc52e26d1a3d6c9731bbbb8b8bfcbb0d42de7b',NULL,NULL,'2026-11-28T04:17:19Z','2026-11-28T04:17:19Z');
INSERT INTO "listings" VALUES('coast','http://coast.example/news?page=2',NULL,NULL,'b5ed666f0dabf91a63b8250e4f7845319c84308577e7f6ee71e3944981b36231',NULL,NULL,'','2026-11-28T04:17:19Z');
INSERT INTO "listings" VALUES('coast','http://coast.example/sitemap-2026-10.xml',NULL,NULL,'f3caee92b7773a1834add05dbe6e4c4ce11df396af348c19d9f3ef42fe75d1f2','2026-11-01',NULL,'2026-11-28T04:17:19Z','2026-11-28T04:17:19Z');
INSERT INTO "listings" VALUES('coast','http://coast.example/sitemap-2026-11.xml',NULL,NULL,'6410f2b49248ff92f094365f348a36035d26147df43f9b0940a00c323c7d15df',NULL,NULL,'2026-11-28T04:17:20Z','2026-11-28T04:17:20Z');
CREATE TABLE outbox (
	seq INTEGER NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	article_id VARCHAR(20) NOT NULL, 
	revision INTEGER NOT NULL, 
	export_id INTEGER, 
	PRIMARY KEY (seq)
);
INSERT INTO "outbox" VALUES(1,'20261128T041718Z-4073aa55','article','ffaa5798d1efd16365df',1,1);
INSERT INTO "outbox" VALUES(2,'20261128T041718Z-4073aa55','article','a49fe1ca749282e5a585',1,1);
INSERT INTO "outbox" VALUES(3,'20261128T041718Z-4073aa55','article','d3b6686929bfa3451b55',1,1);
INSERT INTO "outbox" VALUES(4,'20261128T041718Z-4073aa55','article','54156b84c43eb7b9a0f1',1,1);
INSERT INTO "outbox" VALUES(5,'20261128T041718Z-4073aa55','article','0ee64e3e43b4a1001953',1,1);
INSERT INTO "outbox" VALUES(6,'20261128T041718Z-4073aa55','article','63c41b73986f5b945e46',1,1);
INSERT INTO "outbox" VALUES(7,'20261128T041718Z-4073aa55','article','d2adbed1ad9c5af3d4f7',1,1);
INSERT INTO "outbox" VALUES(8,'20261128T041718Z-4073aa55','article','03d8068d7fb9f48ba886',1,1);
INSERT INTO "outbox" VALUES(9,'20261128T041718Z-4073aa55','article','838b217e07805bc27b45',1,1);
INSERT INTO "outbox" VALUES(10,'20261128T041718Z-4073aa55','duplicate','d095018320344c57c595',1,2);
INSERT INTO "outbox" VALUES(11,'20261128T041718Z-4073aa55','duplicate','62a56984b54240cc83e9',1,2);
INSERT INTO "outbox" VALUES(12,'20261128T041718Z-4073aa55','article','8d18c29ce2332a3ae18e',1,1);
INSERT INTO "outbox" VALUES(13,'20261128T041731Z-a7b40e74','article','8d18c29ce2332a3ae18e',2,3);
INSERT INTO "outbox" VALUES(14,'20261128T041742Z-9cc707ed','article','2b1cdc5da5118b7f315b',1,4);
INSERT INTO "outbox" VALUES(15,'20261128T041753Z-062376d7','article','50c9d95cc2e27f0b4a6a',1,NULL);
INSERT INTO "outbox" VALUES(16,'20261128T041753Z-062376d7','article','25aff0c78eb8b32b7ab0',1,NULL);
INSERT INTO "outbox" VALUES(17,'20261128T041753Z-062376d7','article','218a8eea19f35e0d10f3',1,NULL);
CREATE TABLE polls (
	source VARCHAR(64) NOT NULL, 
	url VARCHAR(2100) NOT NULL, 
	checked_at VARCHAR(40) NOT NULL, 
	changed_at VARCHAR(40), 
	due_at VARCHAR(40) NOT NULL, 
	interval FLOAT NOT NULL, 
	errors INTEGER NOT NULL, 
	error TEXT, 
	gaps INTEGER NOT NULL, 
	moved_to TEXT, 
	seen TEXT, 
	PRIMARY KEY (source, url)
);
INSERT INTO "polls" VALUES('harbour','http://harbour.example/feed','2026-11-28T04:17:53Z','2026-11-28T04:17:53Z','2026-11-28T04:25:23Z',7.5,0,NULL,0,NULL,'319e89d0a897d86adf90e8fc41f47d5f36f34dc9affa1c73');
INSERT INTO "polls" VALUES('coast','http://coast.example/feed','2026-11-28T04:17:42Z','2026-11-28T04:17:19Z','2026-11-28T04:47:42Z',30.0,0,NULL,0,NULL,'fad0b3c563d9e27f14ded2e98aba474a');
INSERT INTO "polls" VALUES('harbour','http://harbour.example/broken','2026-11-28T04:17:19Z',NULL,'2026-11-28T08:17:53Z',30.0,3,'http_500',0,NULL,NULL);
INSERT INTO "polls" VALUES('coast','http://coast.example/sitemap.xml','2026-11-28T04:17:42Z','2026-11-28T04:17:19Z','2026-11-28T04:47:42Z',30.0,0,NULL,0,NULL,NULL);
INSERT INTO "polls" VALUES('coast','http://coast.example/news','2026-11-28T04:17:44Z','2026-11-28T04:17:44Z','2026-11-28T04:25:14Z',7.5,0,NULL,0,NULL,NULL);
INSERT INTO "polls" VALUES('tide','http://tide.example/feed','2026-11-28T04:17:19Z',NULL,'2026-11-28T06:17:32Z',30.0,2,'retry_later: tide.example until 2026-11-28T06:17:19Z',0,NULL,NULL);
INSERT INTO "polls" VALUES('harbour','http://harbour.example/old','2026-11-28T04:17:53Z','2026-11-28T04:17:19Z','2026-11-28T04:47:53Z',30.0,0,NULL,0,'http://harbour.example/new','5c539a82ae510929');
INSERT INTO "polls" VALUES('coast','http://coast.example/news?page=2','2026-11-28T04:17:19Z','2026-11-28T04:17:19Z','2026-11-28T04:47:19Z',30.0,0,NULL,0,NULL,NULL);
INSERT INTO "polls" VALUES('coast','http://coast.example/sitemap-2026-10.xml','2026-11-28T04:17:19Z','2026-11-28T04:17:19Z','2026-11-28T04:47:19Z',30.0,0,NULL,0,NULL,NULL);
INSERT INTO "polls" VALUES('coast','http://coast.example/sitemap-2026-11.xml','2026-11-28T04:17:44Z','2026-11-28T04:17:20Z','2026-11-28T04:47:44Z',30.0,0,NULL,0,NULL,NULL);
CREATE TABLE revisions (
	article_id VARCHAR(20) NOT NULL, 
	revision INTEGER NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	fetched_at VARCHAR(40) NOT NULL, 
	document TEXT NOT NULL, 
	PRIMARY KEY (article_id, revision), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO "revisions" VALUES('ffaa5798d1efd16365df',1,'4c65c4b56c426a7a233a9e4a596eb6c131c5fa29bbac8986ab6380ad8500b5cb','20261128T041718Z-4073aa55','2026-11-28T04:17:19Z','{"id":"ffaa5798d1efd16365df","url":"http://harbour.example/2026/11/what-was-sold-in-ward-1","source":"harbour","site_name":null,"title":"What was sold in harbour ward 1","authors":["Ana Silva"],"published":"2026-11-02T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The coffee of harbour ward 1 was sold for 604 pounds, and its copper was given to the cotton behind the candle, said the owner of the bridge.\n\nThe bench of harbour ward 1 was sold for 955 pounds, and its cellar was given to the canal behind the carpet, said the owner of the clinic.\n\nThe factory of harbour ward 1 was sold for 136 pounds, and its balcony was given to the ferry behind the bakery, said the owner of the corner.\n\nThe avenue of harbour ward 1 was sold for 514 pounds, and its blanket was given to the factory behind the bakery, said the owner of the copper.\n\nThe ferry of harbour ward 1 was sold for 506 pounds, and its chapel was given to the attic behind the blanket, said the owner of the desert.\n\nThe barge of harbour ward 1 was sold for 611 pounds, and its balcony was given to the engine behind the desert, said the owner of the avenue.\n\nWrite to the newsroom of the Harbour Courier with what you have seen.","word_count":181,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"4c65c4b56c426a7a233a9e4a596eb6c131c5fa29bbac8986ab6380ad8500b5cb","previous_hash":null,"revision":1,"change":null,"cluster_id":"ffaa5798d1efd16365df","discovered_via":"feed","first_seen":"2026-11-28T04:17:19Z","fetched_at":"2026-11-28T04:17:19Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Harbour Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"}]}');
INSERT INTO "revisions" VALUES('a49fe1ca749282e5a585',1,'e0c31d74eea4d6e1df98c7f96b5efab2236c7307adf6a42db73eab9c1aea339e','20261128T041718Z-4073aa55','2026-11-28T04:17:19Z','{"id":"a49fe1ca749282e5a585","url":"http://coast.example/2026/11/what-was-sold-in-ward-4","source":"coast","site_name":null,"title":"What was sold in coast ward 4","authors":["Ana Silva"],"published":"2026-11-05T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The curtain of coast ward 4 was sold for 816 pounds, and its copper was given to the cellar behind the anchor, said the owner of the avenue.\n\nThe cotton of coast ward 4 was sold for 615 pounds, and its anchor was given to the carpet behind the curtain, said the owner of the barge.\n\nThe clinic of coast ward 4 was sold for 239 pounds, and its beacon was given to the engine behind the bakery, said the owner of the anchor.\n\nThe barge of coast ward 4 was sold for 516 pounds, and its anchor was given to the balcony behind the cellar, said the owner of the curtain.\n\nThe basket of coast ward 4 was sold for 143 pounds, and its forest was given to the clinic behind the blanket, said the owner of the avenue.\n\nThe canal of coast ward 4 was sold for 316 pounds, and its closet was given to the bridge behind the factory, said the owner of the clinic.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"e0c31d74eea4d6e1df98c7f96b5efab2236c7307adf6a42db73eab9c1aea339e","previous_hash":null,"revision":1,"change":null,"cluster_id":"a49fe1ca749282e5a585","discovered_via":"feed","first_seen":"2026-11-28T04:17:19Z","fetched_at":"2026-11-28T04:17:19Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('d3b6686929bfa3451b55',1,'9f37b4dc5058980c38af4bcc09bde9759142e92d76c411467c5834e5f9097e0c','20261128T041718Z-4073aa55','2026-11-28T04:17:19Z','{"id":"d3b6686929bfa3451b55","url":"http://harbour.example/2026/11/what-was-sold-in-ward-2","source":"harbour","site_name":null,"title":"What was sold in harbour ward 2","authors":["Ana Silva"],"published":"2026-11-03T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The cherry of harbour ward 2 was sold for 822 pounds, and its feather was given to the corner behind the forest, said the owner of the bakery.\n\nThe carpet of harbour ward 2 was sold for 345 pounds, and its basket was given to the copper behind the factory, said the owner of the cellar.\n\nThe bench of harbour ward 2 was sold for 689 pounds, and its curtain was given to the candle behind the ferry, said the owner of the dairy.\n\nThe avenue of harbour ward 2 was sold for 693 pounds, and its beacon was given to the anchor behind the candle, said the owner of the feather.\n\nThe engine of harbour ward 2 was sold for 850 pounds, and its basket was given to the fountain behind the clinic, said the owner of the bridge.\n\nThe avenue of harbour ward 2 was sold for 552 pounds, and its anchor was given to the dairy behind the bridge, said the owner of the cherry.\n\nWrite to the newsroom of the Harbour Courier with what you have seen.","word_count":181,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"9f37b4dc5058980c38af4bcc09bde9759142e92d76c411467c5834e5f9097e0c","previous_hash":null,"revision":1,"change":null,"cluster_id":"d3b6686929bfa3451b55","discovered_via":"feed","first_seen":"2026-11-28T04:17:19Z","fetched_at":"2026-11-28T04:17:19Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Harbour Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"}]}');
INSERT INTO "revisions" VALUES('54156b84c43eb7b9a0f1',1,'f27fb1a4ddb9b4451a74585d06ecc85994945e656599a098ec81da1d2b884128','20261128T041718Z-4073aa55','2026-11-28T04:17:19Z','{"id":"54156b84c43eb7b9a0f1","url":"http://harbour.example/nearly-what-was-sold-in-ward-3","source":"harbour","site_name":null,"title":"What was sold in coast ward 3","authors":["Ana Silva"],"published":"2026-11-04T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The engine of coast ward 3 was sold for 427 guineas, and its coffee was given to the desert behind the factory, said the owner of the blanket.\n\nThe closet of coast ward 3 was sold for 907 pounds, and its corner was given to the copper behind the attic, said the owner of the clinic.\n\nThe feather of coast ward 3 was sold for 909 pounds, and its forest was given to the balcony behind the fountain, said the owner of the cellar.\n\nThe curtain of coast ward 3 was sold for 118 pounds, and its feather was given to the barge behind the bakery, said the owner of the attic.\n\nThe barge of coast ward 3 was sold for 514 pounds, and its cherry was given to the dairy behind the bench, said the owner of the ferry.\n\nThe factory of coast ward 3 was sold for 951 pounds, and its cellar was given to the forest behind the curtain, said the owner of the chapel.\n\nWrite to the newsroom of the Coast Courier with what you have seen.","word_count":181,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"f27fb1a4ddb9b4451a74585d06ecc85994945e656599a098ec81da1d2b884128","previous_hash":null,"revision":1,"change":null,"cluster_id":"54156b84c43eb7b9a0f1","discovered_via":"feed","first_seen":"2026-11-28T04:17:19Z","fetched_at":"2026-11-28T04:17:19Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"}]}');
INSERT INTO "revisions" VALUES('0ee64e3e43b4a1001953',1,'848fb982aeb1d856a5f81127b4f31c0b14574ed5d0d652d9e6e2fb3e52b6a4bc','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"0ee64e3e43b4a1001953","url":"http://harbour.example/copy-of-what-was-sold-in-ward-1","source":"harbour","site_name":null,"title":"What was sold in coast ward 2","authors":["Ana Silva"],"published":"2026-11-03T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The cotton of coast ward 2 was sold for 522 pounds, and its coffee was given to the avenue behind the clinic, said the owner of the anchor.\n\nThe forest of coast ward 2 was sold for 995 pounds, and its desert was given to the cherry behind the balcony, said the owner of the ferry.\n\nThe corner of coast ward 2 was sold for 950 pounds, and its avenue was given to the basket behind the feather, said the owner of the blanket.\n\nThe basket of coast ward 2 was sold for 778 pounds, and its chapel was given to the ferry behind the closet, said the owner of the dairy.\n\nThe clinic of coast ward 2 was sold for 543 pounds, and its dairy was given to the blanket behind the ferry, said the owner of the basket.\n\nThe forest of coast ward 2 was sold for 393 pounds, and its fountain was given to the curtain behind the carpet, said the owner of the dairy.\n\nWrite to the newsroom of the Coast Courier with what you have seen.","word_count":181,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"848fb982aeb1d856a5f81127b4f31c0b14574ed5d0d652d9e6e2fb3e52b6a4bc","previous_hash":null,"revision":1,"change":null,"cluster_id":"0ee64e3e43b4a1001953","discovered_via":"feed","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"}]}');
INSERT INTO "revisions" VALUES('63c41b73986f5b945e46',1,'a56ca4c71815e9b018545bca1cd4c176b23c7a6fcfc08bb503b240fc05071ca1','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"63c41b73986f5b945e46","url":"http://coast.example/2026/11/what-was-sold-in-ward-5","source":"coast","site_name":null,"title":"What was sold in coast ward 5","authors":["Ana Silva"],"published":"2026-11-06T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The corner of coast ward 5 was sold for 715 pounds, and its blanket was given to the closet behind the fountain, said the owner of the ferry.\n\nThe bench of coast ward 5 was sold for 829 pounds, and its engine was given to the cotton behind the dairy, said the owner of the attic.\n\nThe candle of coast ward 5 was sold for 595 pounds, and its beacon was given to the cotton behind the feather, said the owner of the attic.\n\nThe forest of coast ward 5 was sold for 393 pounds, and its bridge was given to the coffee behind the engine, said the owner of the avenue.\n\nThe corner of coast ward 5 was sold for 121 pounds, and its coffee was given to the engine behind the clinic, said the owner of the basket.\n\nThe cherry of coast ward 5 was sold for 569 pounds, and its closet was given to the curtain behind the garage, said the owner of the balcony.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"a56ca4c71815e9b018545bca1cd4c176b23c7a6fcfc08bb503b240fc05071ca1","previous_hash":null,"revision":1,"change":null,"cluster_id":"63c41b73986f5b945e46","discovered_via":"section","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('d2adbed1ad9c5af3d4f7',1,'f3f935a8ea2f84ccec1045d308c8e68167a6b2f737fa5a6f223705241646773b','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"d2adbed1ad9c5af3d4f7","url":"http://coast.example/2026/11/what-was-sold-in-ward-6","source":"coast","site_name":null,"title":"What was sold in coast ward 6","authors":["Ana Silva"],"published":"2026-11-07T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The cotton of coast ward 6 was sold for 300 pounds, and its blanket was given to the ferry behind the bridge, said the owner of the cellar.\n\nThe canal of coast ward 6 was sold for 515 pounds, and its blanket was given to the cellar behind the engine, said the owner of the feather.\n\nThe coffee of coast ward 6 was sold for 802 pounds, and its factory was given to the balcony behind the corner, said the owner of the forest.\n\nThe curtain of coast ward 6 was sold for 513 pounds, and its feather was given to the cellar behind the forest, said the owner of the desert.\n\nThe cellar of coast ward 6 was sold for 936 pounds, and its engine was given to the bridge behind the avenue, said the owner of the forest.\n\nThe barge of coast ward 6 was sold for 294 pounds, and its bench was given to the copper behind the dairy, said the owner of the cellar.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"f3f935a8ea2f84ccec1045d308c8e68167a6b2f737fa5a6f223705241646773b","previous_hash":null,"revision":1,"change":null,"cluster_id":"d2adbed1ad9c5af3d4f7","discovered_via":"section","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('03d8068d7fb9f48ba886',1,'426c9f3e3a637631907626a1f77aea2e3210af8c81e039934c630d7deef28db6','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"03d8068d7fb9f48ba886","url":"http://coast.example/2026/11/what-was-sold-in-ward-7","source":"coast","site_name":null,"title":"What was sold in coast ward 7","authors":["Ana Silva"],"published":"2026-11-08T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The bench of coast ward 7 was sold for 378 pounds, and its attic was given to the closet behind the bridge, said the owner of the desert.\n\nThe curtain of coast ward 7 was sold for 293 pounds, and its engine was given to the bench behind the carpet, said the owner of the chapel.\n\nThe clinic of coast ward 7 was sold for 986 pounds, and its dairy was given to the fountain behind the coffee, said the owner of the anchor.\n\nThe beacon of coast ward 7 was sold for 591 pounds, and its clinic was given to the bench behind the coffee, said the owner of the canal.\n\nThe beacon of coast ward 7 was sold for 134 pounds, and its copper was given to the cotton behind the bakery, said the owner of the cherry.\n\nThe forest of coast ward 7 was sold for 586 pounds, and its engine was given to the ferry behind the chapel, said the owner of the dairy.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"426c9f3e3a637631907626a1f77aea2e3210af8c81e039934c630d7deef28db6","previous_hash":null,"revision":1,"change":null,"cluster_id":"03d8068d7fb9f48ba886","discovered_via":"section","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('838b217e07805bc27b45',1,'7acb5c7ca1bd458f0d20c9bde91a6d99b4442f3d48aa8da118c14c0b5f0b1fbf','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"838b217e07805bc27b45","url":"http://coast.example/2026/11/what-was-sold-in-ward-8","source":"coast","site_name":null,"title":"What was sold in coast ward 8","authors":["Ana Silva"],"published":"2026-11-09T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The basket of coast ward 8 was sold for 134 pounds, and its fountain was given to the clinic behind the balcony, said the owner of the factory.\n\nThe closet of coast ward 8 was sold for 963 pounds, and its attic was given to the fountain behind the chapel, said the owner of the blanket.\n\nThe carpet of coast ward 8 was sold for 177 pounds, and its basket was given to the engine behind the dairy, said the owner of the desert.\n\nThe feather of coast ward 8 was sold for 314 pounds, and its desert was given to the bridge behind the fountain, said the owner of the factory.\n\nThe cellar of coast ward 8 was sold for 831 pounds, and its factory was given to the bakery behind the cherry, said the owner of the basket.\n\nThe attic of coast ward 8 was sold for 425 pounds, and its ferry was given to the balcony behind the desert, said the owner of the factory.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"7acb5c7ca1bd458f0d20c9bde91a6d99b4442f3d48aa8da118c14c0b5f0b1fbf","previous_hash":null,"revision":1,"change":null,"cluster_id":"838b217e07805bc27b45","discovered_via":"section","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('d095018320344c57c595',1,'de0f7afc5e8d82ebc8c1371ae1dbbe1fdbf17635864dd6c296ca938bcd7c6018','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"d095018320344c57c595","url":"http://coast.example/2026/11/what-was-sold-in-ward-3","source":"coast","site_name":null,"title":"What was sold in coast ward 3","authors":["Ana Silva"],"published":"2026-11-04T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The engine of coast ward 3 was sold for 427 pounds, and its coffee was given to the desert behind the factory, said the owner of the blanket.\n\nThe closet of coast ward 3 was sold for 907 pounds, and its corner was given to the copper behind the attic, said the owner of the clinic.\n\nThe feather of coast ward 3 was sold for 909 pounds, and its forest was given to the balcony behind the fountain, said the owner of the cellar.\n\nThe curtain of coast ward 3 was sold for 118 pounds, and its feather was given to the barge behind the bakery, said the owner of the attic.\n\nThe barge of coast ward 3 was sold for 514 pounds, and its cherry was given to the dairy behind the bench, said the owner of the ferry.\n\nThe factory of coast ward 3 was sold for 951 pounds, and its cellar was given to the forest behind the curtain, said the owner of the chapel.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"de0f7afc5e8d82ebc8c1371ae1dbbe1fdbf17635864dd6c296ca938bcd7c6018","previous_hash":null,"revision":1,"change":null,"cluster_id":"54156b84c43eb7b9a0f1","discovered_via":"feed","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('62a56984b54240cc83e9',1,'fccb1c63c7522cb2a094ad7d19892131e4b083aff79c9045df31f3643d5ebd3d','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"62a56984b54240cc83e9","url":"http://coast.example/2026/11/what-was-sold-in-ward-2","source":"coast","site_name":null,"title":"What was sold in coast ward 2","authors":["Ana Silva"],"published":"2026-11-03T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The cotton of coast ward 2 was sold for 522 pounds, and its coffee was given to the avenue behind the clinic, said the owner of the anchor.\n\nThe forest of coast ward 2 was sold for 995 pounds, and its desert was given to the cherry behind the balcony, said the owner of the ferry.\n\nThe corner of coast ward 2 was sold for 950 pounds, and its avenue was given to the basket behind the feather, said the owner of the blanket.\n\nThe basket of coast ward 2 was sold for 778 pounds, and its chapel was given to the ferry behind the closet, said the owner of the dairy.\n\nThe clinic of coast ward 2 was sold for 543 pounds, and its dairy was given to the blanket behind the ferry, said the owner of the basket.\n\nThe forest of coast ward 2 was sold for 393 pounds, and its fountain was given to the curtain behind the carpet, said the owner of the dairy.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"fccb1c63c7522cb2a094ad7d19892131e4b083aff79c9045df31f3643d5ebd3d","previous_hash":null,"revision":1,"change":null,"cluster_id":"0ee64e3e43b4a1001953","discovered_via":"feed","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('8d18c29ce2332a3ae18e',1,'2a63df8ba5e0e8c61af7ccfd59ce04b92869c5e3193957c140eb53e715cdb273','20261128T041718Z-4073aa55','2026-11-28T04:17:20Z','{"id":"8d18c29ce2332a3ae18e","url":"http://coast.example/2026/11/what-was-sold-in-ward-1","source":"coast","site_name":null,"title":"What was sold in coast ward 1","authors":["Ana Silva"],"published":"2026-11-02T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The carpet of coast ward 1 was sold for 591 pounds, and its factory was given to the chapel behind the clinic, said the owner of the canal.\n\nThe curtain of coast ward 1 was sold for 599 pounds, and its coffee was given to the forest behind the engine, said the owner of the basket.\n\nThe cherry of coast ward 1 was sold for 871 pounds, and its cotton was given to the clinic behind the carpet, said the owner of the coffee.\n\nThe balcony of coast ward 1 was sold for 560 pounds, and its carpet was given to the fountain behind the closet, said the owner of the ferry.\n\nThe coffee of coast ward 1 was sold for 596 pounds, and its barge was given to the basket behind the factory, said the owner of the forest.\n\nThe factory of coast ward 1 was sold for 165 pounds, and its chapel was given to the feather behind the barge, said the owner of the clinic.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"2a63df8ba5e0e8c61af7ccfd59ce04b92869c5e3193957c140eb53e715cdb273","previous_hash":null,"revision":1,"change":null,"cluster_id":"8d18c29ce2332a3ae18e","discovered_via":"feed","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:20Z","run_id":"20261128T041718Z-4073aa55","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('8d18c29ce2332a3ae18e',2,'e9d5880da655d4b605c34bee71a3b28ba4bd2d872148c00f3cddd58d9ce29962','20261128T041731Z-a7b40e74','2026-11-28T04:17:32Z','{"id":"8d18c29ce2332a3ae18e","url":"http://coast.example/2026/11/what-was-sold-in-ward-1","source":"coast","site_name":null,"title":"What was sold in coast ward 1","authors":["Ana Silva"],"published":"2026-11-02T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The carpet of coast ward 1 was sold for 591 pounds, and its factory was given to the chapel behind the clinic, said the owner of the canal.\n\nThe curtain of coast ward 1 was sold for 599 pounds, and its coffee was given to the forest behind the engine, said the owner of the basket.\n\nThe cherry of coast ward 1 was sold for 871 pounds, and its cotton was given to the clinic behind the carpet, said the owner of the coffee.\n\nThe balcony of coast ward 1 was sold for 560 pounds, and its carpet was given to the fountain behind the closet, said the owner of the ferry.\n\nThe coffee of coast ward 1 was sold for 596 pounds, and its barge was given to the basket behind the factory, said the owner of the forest.\n\nThe factory of coast ward 1 was sold for 165 pounds, and its chapel was given to the feather behind the barge, said the owner of the clinic.\n\nThe ward was first named wrongly in this report.","word_count":177,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"e9d5880da655d4b605c34bee71a3b28ba4bd2d872148c00f3cddd58d9ce29962","previous_hash":"2a63df8ba5e0e8c61af7ccfd59ce04b92869c5e3193957c140eb53e715cdb273","revision":2,"change":"body","cluster_id":"8d18c29ce2332a3ae18e","discovered_via":"feed","first_seen":"2026-11-28T04:17:20Z","fetched_at":"2026-11-28T04:17:32Z","run_id":"20261128T041731Z-a7b40e74","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('2b1cdc5da5118b7f315b',1,'db2ce34f31524062a01fc769dec4f2767f3fc196b72ecbe5312f4199daf4caa8','20261128T041742Z-9cc707ed','2026-11-28T04:17:44Z','{"id":"2b1cdc5da5118b7f315b","url":"http://coast.example/2026/11/what-was-sold-in-ward-15","source":"coast","site_name":null,"title":"What was sold in coast ward 15","authors":["Ana Silva"],"published":"2026-11-16T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The canal of coast ward 15 was sold for 299 pounds, and its bridge was given to the garage behind the basket, said the owner of the feather.\n\nThe curtain of coast ward 15 was sold for 144 pounds, and its basket was given to the avenue behind the beacon, said the owner of the canal.\n\nThe chapel of coast ward 15 was sold for 426 pounds, and its basket was given to the corner behind the copper, said the owner of the factory.\n\nThe dairy of coast ward 15 was sold for 495 pounds, and its cotton was given to the garage behind the bench, said the owner of the curtain.\n\nThe garage of coast ward 15 was sold for 686 pounds, and its balcony was given to the cellar behind the desert, said the owner of the bridge.\n\nThe coffee of coast ward 15 was sold for 935 pounds, and its ferry was given to the chapel behind the barge, said the owner of the anchor.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"db2ce34f31524062a01fc769dec4f2767f3fc196b72ecbe5312f4199daf4caa8","previous_hash":null,"revision":1,"change":null,"cluster_id":"2b1cdc5da5118b7f315b","discovered_via":"section","first_seen":"2026-11-28T04:17:44Z","fetched_at":"2026-11-28T04:17:44Z","run_id":"20261128T041742Z-9cc707ed","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Coast Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Coast Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 07455711a1d73dd1"}]}');
INSERT INTO "revisions" VALUES('50c9d95cc2e27f0b4a6a',1,'33cef0a315358aa2686a77f18e5986aa4f6a80924e6edb913b4434826476f1cb','20261128T041753Z-062376d7','2026-11-28T04:17:53Z','{"id":"50c9d95cc2e27f0b4a6a","url":"http://harbour.example/2026/11/what-was-sold-in-ward-3","source":"harbour","site_name":null,"title":"What was sold in harbour ward 3","authors":["Ana Silva"],"published":"2026-11-04T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The anchor of harbour ward 3 was sold for 671 pounds, and its candle was given to the curtain behind the bakery, said the owner of the avenue.\n\nThe corner of harbour ward 3 was sold for 272 pounds, and its candle was given to the carpet behind the desert, said the owner of the beacon.\n\nThe coffee of harbour ward 3 was sold for 414 pounds, and its carpet was given to the candle behind the clinic, said the owner of the copper.\n\nThe carpet of harbour ward 3 was sold for 791 pounds, and its corner was given to the avenue behind the beacon, said the owner of the copper.\n\nThe candle of harbour ward 3 was sold for 919 pounds, and its canal was given to the desert behind the curtain, said the owner of the cherry.\n\nThe dairy of harbour ward 3 was sold for 963 pounds, and its feather was given to the ferry behind the balcony, said the owner of the beacon.\n\nWrite to the newsroom of the Harbour Courier with what you have seen.","word_count":181,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"33cef0a315358aa2686a77f18e5986aa4f6a80924e6edb913b4434826476f1cb","previous_hash":null,"revision":1,"change":null,"cluster_id":"50c9d95cc2e27f0b4a6a","discovered_via":"feed","first_seen":"2026-11-28T04:17:55Z","fetched_at":"2026-11-28T04:17:53Z","run_id":"20261128T041753Z-062376d7","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Harbour Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"}]}');
INSERT INTO "revisions" VALUES('25aff0c78eb8b32b7ab0',1,'a6012295b77ce2bb825f4ae03657565b0d82823c4db5324a2762a221ae01af7a','20261128T041753Z-062376d7','2026-11-28T04:17:55Z','{"id":"25aff0c78eb8b32b7ab0","url":"http://harbour.example/2026/11/what-was-sold-in-ward-4","source":"harbour","site_name":null,"title":"What was sold in harbour ward 4","authors":["Ana Silva"],"published":"2026-11-05T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The desert of harbour ward 4 was sold for 543 pounds, and its attic was given to the barge behind the curtain, said the owner of the bridge.\n\nThe ferry of harbour ward 4 was sold for 359 pounds, and its dairy was given to the bakery behind the feather, said the owner of the bench.\n\nThe ferry of harbour ward 4 was sold for 874 pounds, and its garage was given to the carpet behind the cotton, said the owner of the candle.\n\nThe closet of harbour ward 4 was sold for 535 pounds, and its barge was given to the fountain behind the curtain, said the owner of the copper.\n\nThe coffee of harbour ward 4 was sold for 712 pounds, and its desert was given to the fountain behind the cherry, said the owner of the carpet.\n\nThe engine of harbour ward 4 was sold for 582 pounds, and its cellar was given to the chapel behind the garage, said the owner of the ferry.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"a6012295b77ce2bb825f4ae03657565b0d82823c4db5324a2762a221ae01af7a","previous_hash":null,"revision":1,"change":null,"cluster_id":"25aff0c78eb8b32b7ab0","discovered_via":"feed","first_seen":"2026-11-28T04:17:55Z","fetched_at":"2026-11-28T04:17:55Z","run_id":"20261128T041753Z-062376d7","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Harbour Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Harbour Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 3b29acd9f697b063"}]}');
INSERT INTO "revisions" VALUES('218a8eea19f35e0d10f3',1,'771823cee5798729380815bf36c8beade22cff8dd9bafffa6502adffe648a238','20261128T041753Z-062376d7','2026-11-28T04:17:55Z','{"id":"218a8eea19f35e0d10f3","url":"http://harbour.example/2026/11/what-was-sold-in-ward-5","source":"harbour","site_name":null,"title":"What was sold in harbour ward 5","authors":["Ana Silva"],"published":"2026-11-06T08:30:00+01:00","modified":null,"published_precision":"second","language":"en","section":null,"tags":[],"image":null,"summary":null,"text":"The balcony of harbour ward 5 was sold for 721 pounds, and its beacon was given to the cherry behind the chapel, said the owner of the avenue.\n\nThe candle of harbour ward 5 was sold for 552 pounds, and its engine was given to the beacon behind the bridge, said the owner of the barge.\n\nThe cherry of harbour ward 5 was sold for 884 pounds, and its bench was given to the coffee behind the corner, said the owner of the cotton.\n\nThe bridge of harbour ward 5 was sold for 837 pounds, and its closet was given to the canal behind the fountain, said the owner of the basket.\n\nThe coffee of harbour ward 5 was sold for 972 pounds, and its feather was given to the closet behind the bakery, said the owner of the cotton.\n\nThe factory of harbour ward 5 was sold for 942 pounds, and its bakery was given to the cherry behind the bench, said the owner of the clinic.","word_count":168,"kind":"article","paywalled":null,"opt_outs":[],"agency":null,"content_hash":"771823cee5798729380815bf36c8beade22cff8dd9bafffa6502adffe648a238","previous_hash":null,"revision":1,"change":null,"cluster_id":"218a8eea19f35e0d10f3","discovered_via":"feed","first_seen":"2026-11-28T04:17:55Z","fetched_at":"2026-11-28T04:17:55Z","run_id":"20261128T041753Z-062376d7","extractor":"newsbot/0.1.0 trafilatura/2.3.1","origins":{"url":"url","site_name":"none","title":"html","authors":"microdata","published":"opengraph","modified":"none","section":"none","tags":"none","image":"none","summary":"none","language":"text","text":"html"},"removed":[{"text":"Follow the Harbour Courier on every channel that you like.","reason":"newsletter","pattern":"en: (join|follow) (our|the) [^.!?]{0,60}(newsletter|mailing list|whatsapp|telegram|channel)[^.!?]{0,80}[.!]?"},{"text":"Write to the newsroom of the Harbour Courier with what you have seen.","reason":"site_boilerplate","pattern":"block 3b29acd9f697b063"}]}');
CREATE TABLE runs (
	id VARCHAR(40) NOT NULL, 
	place TEXT NOT NULL, 
	spider VARCHAR(64) NOT NULL, 
	started_at VARCHAR(40) NOT NULL, 
	finished_at VARCHAR(40), 
	status VARCHAR(16) NOT NULL, 
	version VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES('20261128T041718Z-4073aa55','example:/srv/newsbot/output','news','2026-11-28T04:17:18Z','2026-11-28T04:17:20Z','finished','0.1.0');
INSERT INTO "runs" VALUES('20261128T041731Z-a7b40e74','example:/srv/newsbot/output','news','2026-11-28T04:17:31Z','2026-11-28T04:17:32Z','finished','0.1.0');
INSERT INTO "runs" VALUES('20261128T041742Z-9cc707ed','example:/srv/newsbot/output','news','2026-11-28T04:17:42Z','2026-11-28T04:17:53Z','interrupted','0.1.0');
INSERT INTO "runs" VALUES('20261128T041753Z-062376d7','example:/srv/newsbot/output','news','2026-11-28T04:17:53Z',NULL,'running','0.1.0');
CREATE TABLE site_blocks (
	site VARCHAR(255) NOT NULL, 
	fingerprint BIGINT NOT NULL, 
	sample TEXT NOT NULL, 
	articles INTEGER NOT NULL, 
	inside INTEGER NOT NULL, 
	lead INTEGER NOT NULL, 
	first_seen INTEGER NOT NULL, 
	last_seen INTEGER NOT NULL, 
	on_section INTEGER NOT NULL, 
	prose INTEGER NOT NULL, 
	short INTEGER NOT NULL, 
	verdict VARCHAR(8), 
	PRIMARY KEY (site, fingerprint)
);
INSERT INTO "site_blocks" VALUES('coast.example',6247362851829791208,'News',0,0,0,0,0,1,0,1,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',7216621100258827497,'What was sold in the ward of that number, 8',0,0,0,0,0,1,0,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',5705630560735726963,'Ward 8 in a few words, from those who were there and saw all of it.',0,0,0,0,0,1,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',1954333665047887673,'Older',0,0,0,0,0,1,0,1,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',2521990810074583258,'',1,0,1,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',228053896365906098,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',3926919502469979991,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',442790503452167716,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',5146578759269745614,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',5415721484411222430,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',523920664899829201,'Write to the newsroom of the Coast Courier with what you have seen.',6,0,0,1,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',4233379076444500329,'',1,0,1,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',5188825126793342906,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',8334142726440623247,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',6831456302928867256,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',3027110992532992133,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',201009530282343206,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',8416320137888558709,'',1,0,1,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',6680499706695139142,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',6535117848494583291,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',1680273755085742584,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',2496762889421514238,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',2347952062274480928,'',1,0,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',1685016743361785100,'',1,0,1,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',1645291895522017337,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',8994655650861813297,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',1001486061165001164,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',6308088781572960472,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',192395334973349911,'',1,0,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',5004891974325402453,'',1,0,1,5,5,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',707024887814611851,'',1,1,0,5,5,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',7203126363798112514,'',1,1,0,5,5,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',2385826927993575051,'',1,1,0,5,5,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',3227453321041545395,'',1,1,0,5,5,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',7237893365813354033,'',1,0,0,5,5,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',8548281082367656041,'',1,0,1,6,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',103337314634065615,'',1,1,0,6,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',6905642074322340280,'',1,1,0,6,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',8826169120333432475,'',1,1,0,6,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',3753374207915520886,'',1,1,0,6,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('coast.example',915577208886242805,'',1,0,0,6,6,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',1940744682030436388,'',1,0,1,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',3498078849757661751,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',9009209662441662297,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',1017387155295297297,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',1534397874900008165,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',2711989691171815044,'',1,1,0,1,1,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',4263128574427902051,'Write to the newsroom of the Harbour Courier with what you have seen.',2,0,0,1,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',6121115378163022030,'',1,0,1,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',587690155545967551,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',5150318452954281960,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',1865785634843929987,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',8757424028144928275,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',8333855108610669923,'',1,1,0,2,2,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',9079356009413771032,'',1,0,1,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',7396366864084244481,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',8630882804532346863,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',195280548525055250,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',4698306297980772132,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',2121653352027380947,'',1,1,0,3,3,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',523920664899829201,'Write to the newsroom of the Coast Courier with what you have seen.',2,0,0,3,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',4188740054303089304,'',1,0,1,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',6066984286803243855,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',1669047126967805831,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',1771709194302848809,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',7212429532966724856,'',1,1,0,4,4,0,1,0,NULL);
INSERT INTO "site_blocks" VALUES('harbour.example',3571457278023617251,'',1,1,0,4,4,0,1,0,NULL);
CREATE TABLE sites (
	site VARCHAR(255) NOT NULL, 
	seen INTEGER NOT NULL, 
	PRIMARY KEY (site)
);
INSERT INTO "sites" VALUES('coast.example',6);
INSERT INTO "sites" VALUES('harbour.example',4);
CREATE TABLE sketches (
	number INTEGER NOT NULL, 
	article_id VARCHAR(20) NOT NULL, 
	version INTEGER NOT NULL, 
	slots BLOB NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (article_id)
);
INSERT INTO "sketches" VALUES(1,'ffaa5798d1efd16365df',1002,X'145A544625B918770328661B03184F950468DD270B1D182600763D130932C7E4086CD4860396117807B6808F02E4C26F0458F2E214CD2F2E033909AA1665C5D10897D59F0ADFD99C076BFBE9066EC141016E17680A8AE9B11B7F6051037BC882');
INSERT INTO "sketches" VALUES(3,'d3b6686929bfa3451b55',1002,X'010F3D43012E5530059E512F3E8122E0049B99CC0A9940401B8EC3621F373CBB086CD486084ADA0F0180EA1614DC8BEA0BCD3E210A31169E05197BA602A340CA192D56FB1C92461302660114066EC14100CE838001E894DC045583AF15CE11F5');
INSERT INTO "sketches" VALUES(4,'54156b84c43eb7b9a0f1',1002,X'0110DBD400B8A96E059D977C03184F9501CC9E780E061948056E059D1F373CBB067CEF1D1AFC1F9C3D1746B8044C960A00C511F31C1BFBFF01E9EB7102A340CA0ACCD8821406E8391BCE6068066EC14100CE838010E5FDC8019B7EC5037BC882');
INSERT INTO "sketches" VALUES(5,'0ee64e3e43b4a1001953',1002,X'06BF77CD11AEA4590328661B0725A92A2B76C463138408C20542BBED005E15511273EB1E0445A2F60BE3E52E0EA6E6870B90DF8018E446F601E9EB71026A3B501077E5D111E33CBE0FB66EEB02E5E8FD0D94E6F400391AE4088756CB0DAC93AD');
INSERT INTO "sketches" VALUES(8,'03d8068d7fb9f48ba886',1002,X'00E02B2307BD83140328661B03DE9C591D489082063C5FF21832CE030587BADC23A3AB390445A2F60BE3E52E16748A7E0F0C2BAA18FB4703020EB5190EEB0471161DA6E9096BEBB5076BFBE9066EC14116A73E660B9FCCA508FCA482037BC882');
INSERT INTO "sketches" VALUES(9,'838b217e07805bc27b45',1002,X'02E166D6012E55300024731513A5885004E9A077063C5FF20542BBED1272B5E208DB35912372760206A1ED7A0548DF5A033AD0031C4625B8001BA902026A3B5002D919CA096BEBB50B9982A40209374B016E176810E5FDC804F480951C4AD7FF');
INSERT INTO "sketches" VALUES(10,'d095018320344c57c595',1002,X'0110DBD400B8A96E059D977C03184F9501CC9E780E061948056E059D19325616067CEF1D351BDA124DD0C76A044C960A00C511F31C1BFBFF01E9EB7102A340CA0ACCD8821406E8391BCE6068066EC14100CE838010E5FDC8019B7EC5037BC882');
INSERT INTO "sketches" VALUES(11,'62a56984b54240cc83e9',1002,X'06BF77CD11AEA4590328661B0725A92A2B76C463138408C20542BBED005E15511273EB1E0445A2F60BE3E52E0EA6E6870B90DF8018E446F601E9EB71026A3B501077E5D111E33CBE0FB66EEB02E5E8FD0D94E6F400391AE4088756CB0DAC93AD');
INSERT INTO "sketches" VALUES(13,'a49fe1ca749282e5a585',1002,X'02E166D600B8A96E15D0F11A019CAB620B3405D713FBE84500763D13241333930D550B7101E3230201AC25C409075FB702DCA22D0066177205197BA6121CDF8B10914DB10E3BD9B206B5CAC90367E9560E448CE210E5FDC801525494037BC882');
INSERT INTO "sketches" VALUES(14,'63c41b73986f5b945e46',1002,X'15E6DD4E1483ADDB081486F6019CAB620CEB0D741230A36B102A10221155A2E507C6A69E0B054B5901AC25C4101AD63129E2F4E30A31169E01E9EB71082C20261077E5D1098D062D167384EC0365BE6F0469AE74078A6FB6061778481640C84E');
INSERT INTO "sketches" VALUES(15,'d2adbed1ad9c5af3d4f7',1002,X'02E166D600B8A96E0328661B13D30A8B2B76C4631C61080B04ACBDF7024F9C35120C297116234AB00A67229200C9951B0C9A4182006617722C47EFC402A340CA10914DB1098D062D056ECD230209374B00CE838010B11ED419421E6D048275F5');
INSERT INTO "sketches" VALUES(16,'8d18c29ce2332a3ae18e',1002,X'00E02B2301547A480AD924E50725A92A029FB89500F605B80DDFFFC00587BADC12EF959A0445A2F60BE3E52E142C497C033AD00318E446F601E9EB7103B214A41077E5D104F616A73DE592D902E5E8FD03342EAB05E967400701CFBF02BA53EC');
INSERT INTO "sketches" VALUES(17,'2b1cdc5da5118b7f315b',1002,X'00E02B23012E55300E050B0F050B18EA0575B1A81AE9F69E165DA7F6074344D22158C7DA11F16ED0041BDC6B0E617F2D1C60B4280066177221BFC73E12EACA32154E84330C2F0DB90181AB51066EC141016E1768043394ED18AE4F9E172EC72A');
INSERT INTO "sketches" VALUES(18,'50c9d95cc2e27f0b4a6a',1002,X'06186D0201547A480328661B019CAB6223CD504D0339887901D6B5601272B5E20093D16D084ADA0F4DD0C76A0E617F2D03A197211BCB425C0B2F862702F6BD190ACCD88210529DED228FB2C7066EC14100CE83800B9FCCA50454F555037BC882');
INSERT INTO "sketches" VALUES(19,'25aff0c78eb8b32b7ab0',1002,X'06186D02078653490024731503184F950468DD2711AC54E207E20C920A7DF4FA083916A809AF026E061313B510E7ED910A84EA9B10BED0971B207C090190EE5202D919CA157771C31E6C9A80020248D703435DCD00B4736A04F48095328BEEC7');
INSERT INTO "sketches" VALUES(20,'218a8eea19f35e0d10f3',1002,X'0D763AC815A524E929C82954019CAB621D0693F504BA8D0D03CD22FD11A7397A07D710D334AFBB090180EA1606C7D5EA0C9A41820A31169E0F8B9F6C02F6BD191A529CA7096BEBB503382875066EC14100CE838000391AE4045583AF02AB94DE');
CREATE TABLE visits (
	article_id VARCHAR(20) NOT NULL, 
	source VARCHAR(64) NOT NULL, 
	url TEXT NOT NULL, 
	candidate TEXT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	due_at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (article_id)
);
INSERT INTO "visits" VALUES('ffaa5798d1efd16365df','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-1','{"url":"http://harbour.example/2026/11/what-was-sold-in-ward-1","via":"feed","title":"Item 1","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:19Z');
INSERT INTO "visits" VALUES('a49fe1ca749282e5a585','coast','http://coast.example/2026/11/what-was-sold-in-ward-4','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-4","via":"feed","title":"Item 3","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:19Z');
INSERT INTO "visits" VALUES('d3b6686929bfa3451b55','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-2','{"url":"http://harbour.example/2026/11/what-was-sold-in-ward-2","via":"feed","title":"Item 0","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:19Z');
INSERT INTO "visits" VALUES('54156b84c43eb7b9a0f1','harbour','http://harbour.example/nearly-what-was-sold-in-ward-3','{"url":"http://harbour.example/nearly-what-was-sold-in-ward-3","via":"feed","title":"Item 1","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:19Z');
INSERT INTO "visits" VALUES('0ee64e3e43b4a1001953','harbour','http://harbour.example/copy-of-what-was-sold-in-ward-1','{"url":"http://harbour.example/copy-of-what-was-sold-in-ward-1","via":"feed","title":"Item 0","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('63c41b73986f5b945e46','coast','http://coast.example/2026/11/what-was-sold-in-ward-5','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-5","via":"section","title":"What was sold in the ward of that number, 5","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('d2adbed1ad9c5af3d4f7','coast','http://coast.example/2026/11/what-was-sold-in-ward-6','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-6","via":"section","title":"What was sold in the ward of that number, 6","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('03d8068d7fb9f48ba886','coast','http://coast.example/2026/11/what-was-sold-in-ward-7','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-7","via":"section","title":"What was sold in the ward of that number, 7","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('838b217e07805bc27b45','coast','http://coast.example/2026/11/what-was-sold-in-ward-8','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-8","via":"section","title":"What was sold in the ward of that number, 8","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('d095018320344c57c595','coast','http://coast.example/2026/11/what-was-sold-in-ward-3','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-3","via":"feed","title":"Item 2","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('62a56984b54240cc83e9','coast','http://coast.example/2026/11/what-was-sold-in-ward-2','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-2","via":"feed","title":"Item 1","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('8d18c29ce2332a3ae18e','coast','http://coast.example/2026/11/what-was-sold-in-ward-1','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-1","via":"feed","title":"Item 0","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:20Z');
INSERT INTO "visits" VALUES('2b1cdc5da5118b7f315b','coast','http://coast.example/2026/11/what-was-sold-in-ward-15','{"url":"http://coast.example/2026/11/what-was-sold-in-ward-15","via":"section","title":"What was sold in the ward of that number, 15","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:44Z');
INSERT INTO "visits" VALUES('50c9d95cc2e27f0b4a6a','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-3','{"url":"http://harbour.example/2026/11/what-was-sold-in-ward-3","via":"feed","title":"Item 3","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:55Z');
INSERT INTO "visits" VALUES('25aff0c78eb8b32b7ab0','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-4','{"url":"http://harbour.example/2026/11/what-was-sold-in-ward-4","via":"feed","title":"Item 2","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:55Z');
INSERT INTO "visits" VALUES('218a8eea19f35e0d10f3','harbour','http://harbour.example/2026/11/what-was-sold-in-ward-5','{"url":"http://harbour.example/2026/11/what-was-sold-in-ward-5","via":"feed","title":"Item 1","published":null,"modified":null,"authors":[],"tags":[],"summary":null,"language":null,"html":null}',NULL,NULL,'2026-11-28T10:17:55Z');
CREATE INDEX ix_articles_cluster_id ON articles (cluster_id);
CREATE INDEX ix_articles_content_hash ON articles (content_hash);
CREATE INDEX ix_articles_first_seen ON articles (first_seen);
CREATE INDEX ix_frontier_source_status ON frontier (source, status);
CREATE INDEX ix_outbox_export_id ON outbox (export_id);
CREATE INDEX ix_frontier_waiting ON frontier (source) WHERE status = 'pending';
CREATE INDEX ix_visits_source_due_at ON visits (source, due_at);
COMMIT;
