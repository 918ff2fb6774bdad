SELECT pg_catalog.set_config('search_path', '', false);
CREATE FUNCTION public.counterfoil_access(of_family bytea, at_instant bigint, most bigint) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    living BIGINT;
    earliest BIGINT;
BEGIN
    SELECT count(*), min(until) INTO living, earliest FROM (
        SELECT coalesce(expires_at, 9007199254740991) AS until FROM counterfoil_record
        WHERE family = of_family AND kind = 2 AND revoked_at IS NULL AND coalesce(expires_at, 9007199254740991) > at_instant
        ORDER BY coalesce(expires_at, 9007199254740991) LIMIT greatest(most + 1, 1)
    ) live;
    RETURN CASE WHEN living > most THEN coalesce(earliest, at_instant) END;
END
$$;
CREATE FUNCTION public.counterfoil_admit(of_realm text, of_owner text, of_kind bigint, of_client bytea, of_label text, at_instant bigint, cap bigint, end_at bigint, end_why bigint, end_gone bigint, pace bigint, made_after bigint, OUT verdict bigint, OUT oldest bigint, OUT ended bytea[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    held BYTEA[] := '{}';
BEGIN
    verdict := 0;
    ended := '{}';
    IF cap IS NOT NULL AND end_at IS NULL THEN
        IF (SELECT count(*) FROM (SELECT 1 FROM counterfoil_family
             WHERE realm = of_realm COLLATE "C" AND owner = of_owner COLLATE "C" AND kind = of_kind
                 AND coalesce(client, ''::bytea) = coalesce(of_client, ''::bytea)
                 AND revoked_at IS NULL AND coalesce(live_until, 9007199254740991) > at_instant LIMIT cap) living) >= cap THEN
            verdict := 1;
            RETURN;
        END IF;
    END IF;
    IF pace IS NOT NULL THEN
        oldest := (
            SELECT created_at FROM counterfoil_record
            WHERE realm = of_realm COLLATE "C" AND owner = of_owner COLLATE "C" AND kind = of_kind
                AND NOT shrunk AND created_at > made_after
            ORDER BY created_at DESC LIMIT 1 OFFSET pace - 1
        );
        IF oldest IS NOT NULL THEN
            verdict := 2;
            RETURN;
        END IF;
    END IF;
    IF cap IS NULL OR end_at IS NULL THEN
        RETURN;
    END IF;
    LOOP
        ended := (SELECT array_agg(id ORDER BY used_at, id) FROM counterfoil_family
             WHERE realm = of_realm COLLATE "C" AND owner = of_owner COLLATE "C" AND kind = of_kind
                 AND coalesce(client, ''::bytea) = coalesce(of_client, ''::bytea)
                 AND revoked_at IS NULL AND coalesce(live_until, 9007199254740991) > at_instant);
        ended := coalesce(ended[1:greatest(cardinality(ended) + 1 - cap, 0)::int], '{}');
        EXIT WHEN ended <@ held;
        PERFORM 1 FROM counterfoil_family WHERE id = ANY(ended) ORDER BY id FOR NO KEY UPDATE;
        held := held || ended;
    END LOOP;
    IF ended = '{}' THEN
        RETURN;
    END IF;
    IF EXISTS (
        SELECT 1 FROM counterfoil_family
        WHERE realm = of_realm COLLATE "C" AND owner = of_owner COLLATE "C" AND label_key = of_label COLLATE "C"
            AND (gone_at IS NULL OR gone_at > at_instant)
    ) THEN
        verdict := 3;
        ended := '{}';
        RETURN;
    END IF;
    UPDATE counterfoil_family SET revoked_at = end_at, revoked_why = end_why, gone_at = end_gone, label_key = NULL
    WHERE id = ANY(ended);
END
$$;
CREATE FUNCTION public.counterfoil_attempt(step bigint, of_key bytea, noted bigint, at_instant bigint, span bigint, most bigint) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    latest CONSTANT BIGINT := 9007199254740991;
    minute CONSTANT BIGINT := 60000000;
    cap CONSTANT BIGINT := LEAST(at_instant + span, latest);
    failed BIGINT;
    ends BIGINT;
    going BIGINT[];
    one BIGINT;
    place INT;
    ahead BOOLEAN;
    answer BIGINT;
BEGIN
    IF step = 0 THEN
        SELECT t.ends_at INTO ends FROM counterfoil_throttle t
            WHERE t.key = of_key AND t.failures >= most AND t.ends_at > at_instant AND t.ends_at <= cap;
        IF FOUND THEN RETURN ends; END IF;
    END IF;
    FOR turn IN 1..64 LOOP
        SELECT t.failures, t.ends_at, t.under_way INTO failed, ends, going FROM counterfoil_throttle t WHERE t.key = of_key FOR UPDATE;
        IF NOT FOUND THEN
            IF step <> 0 THEN RETURN 0; END IF;
            INSERT INTO counterfoil_throttle VALUES (of_key, 0, NULL, ARRAY[at_instant], LEAST(at_instant + minute + span, latest)) ON CONFLICT DO NOTHING;
            IF FOUND THEN RETURN -1; END IF;
            CONTINUE;
        END IF;
        ahead := COALESCE(ends > cap, false) OR EXISTS (SELECT 1 FROM unnest(going) u WHERE u - at_instant >= minute);
        IF ends > cap THEN ends := cap; END IF;
        FOR one IN SELECT u FROM unnest(going) u WHERE abs(at_instant - u) >= minute ORDER BY u LOOP
            one := LEAST(one + minute, latest, at_instant);
            IF one < ends THEN failed := failed + 1; ELSE failed := 1; ends := LEAST(one + span, latest); END IF;
        END LOOP;
        going := ARRAY(SELECT u FROM unnest(going) u WHERE abs(at_instant - u) < minute);
        IF ends <= at_instant THEN failed := 0; ends := NULL; END IF;
        IF step = 0 THEN
            IF failed >= most THEN answer := ends;
            ELSIF failed + cardinality(going) >= most THEN answer := -2;
            ELSE answer := -1; going := going || at_instant;
            END IF;
            IF answer <> -1 AND NOT ahead THEN RETURN answer; END IF;
        ELSE
            answer := 0;
            place := array_position(going, noted);
            IF place IS NOT NULL THEN
                going := going[:place - 1] || going[place + 1:];
                IF step = 1 THEN
                    IF at_instant < ends THEN failed := failed + 1; ELSE failed := 1; ends := cap; END IF;
                END IF;
            END IF;
        END IF;
        IF failed = 0 AND cardinality(going) = 0 THEN
            DELETE FROM counterfoil_throttle WHERE key = of_key;
        ELSE
            SELECT max(u) INTO one FROM unnest(going) u;
            UPDATE counterfoil_throttle SET failures = failed, ends_at = ends, under_way = going,
                gone_at = GREATEST(ends, CASE WHEN one IS NOT NULL THEN LEAST(one + minute + span, latest) END) WHERE key = of_key;
        END IF;
        RETURN answer;
    END LOOP;
    RAISE EXCEPTION 'the counter was made and removed too often meanwhile' USING ERRCODE = 'serialization_failure';
END
$$;
CREATE TABLE public.counterfoil_client (
    realm text NOT NULL COLLATE pg_catalog."C",
    client_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    key bytea NOT NULL,
    document text COLLATE pg_catalog."C"
);
CREATE TABLE public.counterfoil_client_key (
    realm text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL
);
CREATE TABLE public.counterfoil_family (
    id bytea NOT NULL,
    realm text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    kind smallint NOT NULL,
    generation bigint NOT NULL,
    members bigint NOT NULL,
    body text NOT NULL COLLATE pg_catalog."C",
    live_until bigint,
    gone_at bigint,
    label_key text COLLATE pg_catalog."C",
    revoked_at bigint,
    revoked_why smallint,
    client bytea,
    used_at bigint DEFAULT 0 NOT NULL,
    CONSTRAINT counterfoil_family_client CHECK ((length(client) = 16)),
    CONSTRAINT counterfoil_family_id_check CHECK ((length(id) = 10))
);
CREATE TABLE public.counterfoil_owner (
    realm text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    kind smallint NOT NULL
);
CREATE TABLE public.counterfoil_record (
    id bytea NOT NULL,
    family bytea NOT NULL,
    realm text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    kind smallint NOT NULL,
    parent bytea,
    generation bigint NOT NULL,
    created_at bigint NOT NULL,
    scope text COLLATE pg_catalog."C",
    label text COLLATE pg_catalog."C",
    description text COLLATE pg_catalog."C",
    digest bytea NOT NULL,
    key_id bigint NOT NULL,
    version bigint NOT NULL,
    expires_at bigint,
    expiry_set_at bigint NOT NULL,
    gone_at bigint,
    purge_at bigint,
    superseded_at bigint,
    successor bytea,
    nonce bytea,
    nonce_key bigint,
    honoured_until bigint,
    revoked_at bigint,
    revoked_why smallint,
    last_used_at bigint,
    notice_at bigint,
    notice_stage smallint,
    noticed bytea NOT NULL,
    shrunk boolean NOT NULL,
    CONSTRAINT counterfoil_record_id_check CHECK ((length(id) = 16))
);
CREATE TABLE public.counterfoil_schema (
    version bigint NOT NULL
);
CREATE TABLE public.counterfoil_settings (
    realm text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    document text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.counterfoil_throttle (
    key bytea NOT NULL,
    failures bigint NOT NULL,
    ends_at bigint,
    under_way bigint[] NOT NULL,
    gone_at bigint NOT NULL
);
CREATE TABLE public.counterfoil_upkeep (
    id smallint NOT NULL,
    at bigint NOT NULL,
    CONSTRAINT counterfoil_upkeep_id_check CHECK ((id = 1))
);
INSERT INTO public.counterfoil_client VALUES ('default', 'public', 0, '\xb2f841c55d0c4a437c54e2ef929fe296', '{"client_id":"public","key":[178,248,65,197,93,12,74,67,124,84,226,239,146,159,226,150],"display_name":"public","secrets":[],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":true,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('other', 'app', 0, '\xb5b9498a434b6390c47df7dde17e67ef', '{"client_id":"app","key":[181,185,73,138,67,75,99,144,196,125,247,221,225,126,103,239],"display_name":"app","secrets":[{"id":[226,44,120,233,166,226,162,14,21,136,220,112,89,124,255,55],"form":"generated","digest":[200,53,151,165,75,129,198,66,183,191,242,32,47,29,106,60,143,104,129,106,224,102,166,115,61,107,11,98,255,16,186,12],"key_id":1,"created_at":1767225600000000,"expires_at":null}],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('default', 'machine', 1, '\xfd1b22f909ec97d6fcdb732001229a1f', '{"client_id":"machine","key":[253,27,34,249,9,236,151,214,252,219,115,32,1,34,154,31],"display_name":"machine","secrets":[{"id":[218,59,197,7,126,15,110,30,12,105,207,99,51,7,147,235],"form":"generated","digest":[25,13,145,34,206,53,78,123,119,9,118,20,141,120,224,154,104,174,152,108,193,163,80,71,191,52,234,251,61,215,60,142],"key_id":1,"created_at":1767225600000000,"expires_at":1767229200000000},{"id":[38,155,113,1,241,119,201,192,42,72,174,183,4,191,3,209],"form":"generated","digest":[40,4,59,200,168,187,236,226,68,135,84,69,166,251,113,214,14,48,115,107,17,234,18,6,20,182,52,120,99,217,75,119],"key_id":1,"created_at":1767225600000000,"expires_at":null}],"grants":[],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":true,"disabled":false,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('default', 'app', 1, '\x0d68b5523766a61932d308fd2e67749e', '{"client_id":"app","key":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"display_name":"app","secrets":[{"id":[51,134,35,116,32,174,252,229,217,32,86,248,138,188,145,165],"form":"generated","digest":[251,85,26,103,101,214,207,0,218,157,234,53,129,135,109,89,83,125,47,234,85,120,5,0,229,107,151,244,87,204,48,180],"key_id":2,"created_at":1767225600000000,"expires_at":null}],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('default', 'reuse', 1, '\x6e8aa32037cf65d57228dfa09363eaef', '{"client_id":"reuse","key":[110,138,163,32,55,207,101,213,114,40,223,160,147,99,234,239],"display_name":"reuse","secrets":[{"id":[28,221,149,148,195,149,156,242,156,143,70,242,223,16,153,14],"form":"generated","digest":[101,204,32,97,25,227,128,178,181,142,237,221,111,207,226,48,90,11,88,44,51,216,145,139,109,150,108,217,98,105,164,127],"key_id":2,"created_at":1767225600000000,"expires_at":null}],"grants":["password","refresh_token"],"allowed_scope":"demo:read demo:write","default_scope":null,"public":false,"refresh_mode":"reuse","resource_server":false,"disabled":false,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('default', 'short', 1, '\xfa64a8993fd216ba98b559b1f46ef23a', '{"client_id":"short","key":[250,100,168,153,63,210,22,186,152,181,89,177,244,110,242,58],"display_name":"short","secrets":[{"id":[232,216,248,122,27,220,249,198,133,152,245,230,76,182,208,15],"form":"generated","digest":[139,42,65,75,101,69,91,33,247,75,212,68,165,233,36,96,103,170,213,44,121,146,13,236,30,245,231,116,156,86,71,8],"key_id":2,"created_at":1767225600000000,"expires_at":null}],"grants":["password"],"allowed_scope":null,"default_scope":"demo:read","public":false,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('default', 'gone', 1, '\x5500ae1aac17de818de6967fb481f28e', NULL);
INSERT INTO public.counterfoil_client VALUES ('default', 'imported', 2, '\x0964d4fa6aaadccb7fd01f5c847cef99', '{"client_id":"imported","key":[9,100,212,250,106,170,220,203,127,208,31,92,132,124,239,153],"display_name":"imported","secrets":[{"id":[159,9,202,4,186,250,229,106,177,106,100,62,186,3,158,94],"form":"imported","digest":[108,170,215,16,143,114,107,45,115,248,22,205,218,3,85,252,143,11,61,209,227,187,131,95,137,210,230,111,255,136,66,202],"key_id":2,"created_at":1767225600000000,"expires_at":null}],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":0,"created_at":1767225600000000,"of_a_newer_version":{"list":[1,2.5,"three",null,{"four":false}],"text":"ü"}}');
INSERT INTO public.counterfoil_client VALUES ('default', 'epoch', 2, '\xd3ef3b31f511f057f0d631dc51642619', '{"client_id":"epoch","key":[211,239,59,49,245,17,240,87,240,214,49,220,81,100,38,25],"display_name":"epoch","secrets":[{"id":[195,53,170,84,202,98,124,209,69,21,250,10,218,143,251,90],"form":"generated","digest":[217,234,130,152,215,151,214,46,54,75,31,49,11,92,71,104,156,172,26,147,78,165,76,165,67,70,55,225,3,206,4,51],"key_id":2,"created_at":1767225600000000,"expires_at":null}],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":1,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client VALUES ('default', 'stopped', 2, '\xa06e2cce51db85f4234cd957eec06633', '{"client_id":"stopped","key":[160,110,44,206,81,219,133,244,35,76,217,87,238,192,102,51],"display_name":"stopped","secrets":[{"id":[119,76,201,224,228,170,116,23,116,228,212,91,192,197,145,194],"form":"generated","digest":[107,128,49,140,181,21,7,79,188,36,249,61,129,154,230,86,57,218,145,171,141,157,89,41,146,0,81,158,87,200,64,37],"key_id":2,"created_at":1767225600000000,"expires_at":null}],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":false,"disabled":true,"epoch":0,"created_at":1767225600000000}');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\x0d68b5523766a61932d308fd2e67749e');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\x6e8aa32037cf65d57228dfa09363eaef');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\xfa64a8993fd216ba98b559b1f46ef23a');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\xd3ef3b31f511f057f0d631dc51642619');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\x5500ae1aac17de818de6967fb481f28e');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\xa06e2cce51db85f4234cd957eec06633');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\xfd1b22f909ec97d6fcdb732001229a1f');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\xb2f841c55d0c4a437c54e2ef929fe296');
INSERT INTO public.counterfoil_client_key VALUES ('default', '\x0964d4fa6aaadccb7fd01f5c847cef99');
INSERT INTO public.counterfoil_client_key VALUES ('other', '\xb5b9498a434b6390c47df7dde17e67ef');
INSERT INTO public.counterfoil_family VALUES ('\x1a831a71158f0efdc6c8', 'default', 'ann', 1, 0, 1, '"alone"', 1782777600000000, 1785369600000000, 'first key', NULL, NULL, NULL, 1767225600000000);
INSERT INTO public.counterfoil_family VALUES ('\x76d73c594da0fe257266', 'default', 'pat', 1, 0, 1, '"alone"', 1782777600000000, 1785369600000000, 'first key, used', NULL, NULL, NULL, 1767225600000000);
INSERT INTO public.counterfoil_family VALUES ('\x3d0d5b4bb6d74fd7b84e', 'default', 'gus', 1, 0, 1, '"alone"', 1782777600000000, 1769817600000000, NULL, 1767225600000000, 1, NULL, 1767225600000000);
INSERT INTO public.counterfoil_family VALUES ('\x6bd43d78ff4126562b90', 'other', 'ann', 1, 0, 1, '"alone"', NULL, NULL, 'other realm', NULL, NULL, NULL, 1767225600000000);
INSERT INTO public.counterfoil_family VALUES ('\x6f2a8c2e19cc59798ae2', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":"super_administrator"}}', NULL, NULL, NULL, NULL, NULL, NULL, 1767225600000000);
INSERT INTO public.counterfoil_family VALUES ('\x1afa588a48351c40a092', 'default', 'ann', 1, 0, 1, '"alone"', 1771545660000000, 1774137660000000, 'expired', NULL, NULL, NULL, 1769817660000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a02327777e35ac0e8c6', 'default', 'ann', 1, 0, 1, '"alone"', 1772841720000000, 1775433720000000, 'reminded', NULL, NULL, NULL, 1769817720000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a29abb048d2a2785279', 'default', 'ann', 1, 0, 1, '"alone"', 1772928180000000, 1775520180000000, 'due', NULL, NULL, NULL, 1769817780000000);
INSERT INTO public.counterfoil_family VALUES ('\x76968141d794daffe56b', 'default', 'pat', 1, 0, 1, '"alone"', 1772928240000000, 1775520240000000, 'leased', NULL, NULL, NULL, 1769817840000000);
INSERT INTO public.counterfoil_family VALUES ('\x767736a057eb1817f86c', 'default', 'pat', 1, 0, 1, '"alone"', 1772928300000000, 1775520300000000, 'failed', NULL, NULL, NULL, 1769817900000000);
INSERT INTO public.counterfoil_family VALUES ('\x769ddd17b90f7350f66d', 'default', 'pat', 1, 0, 1, '"alone"', 1773273960000000, 1775865960000000, 'pending', NULL, NULL, NULL, 1769817960000000);
INSERT INTO public.counterfoil_family VALUES ('\x577ce3f1fb6f01def01b', 'default', 'bob', 1, 0, 1, '"alone"', 1777594020000000, 1774915200000000, NULL, 1772323200000000, 2, NULL, 1769818020000000);
INSERT INTO public.counterfoil_family VALUES ('\x5745c9a63bf4fc7bff53', 'default', 'bob', 1, 0, 1, '"alone"', 1777594080000000, 1774915200000000, NULL, 1772323200000000, 2, NULL, 1769818080000000);
INSERT INTO public.counterfoil_family VALUES ('\x6fec522476543c68dcbb', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":{"same_as_user":"ann"},"named":"ann"}}', 1772236800000000, 1772841600000000, NULL, NULL, NULL, NULL, 1772150400000000);
INSERT INTO public.counterfoil_family VALUES ('\x1afbd6df38c51acbe500', 'default', 'ann', 3, 3, 4, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772337600000000,"absolute_end":1772424000000000}}', 1772424000000000, 1772510400000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772380800000000);
INSERT INTO public.counterfoil_family VALUES ('\xa82cb2b5da71b8927cf3', 'default', 'cap', 3, 0, 1, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388300000000,"absolute_end":1772474700000000}}', 1772474700000000, 1772561100000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772388300000000);
INSERT INTO public.counterfoil_family VALUES ('\x6ff3f9d75bd02ed546ce', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":{"same_as_user":"bob"},"named":"bob"}}', 1772490600000000, 1773095400000000, NULL, NULL, NULL, NULL, 1772404200000000);
INSERT INTO public.counterfoil_family VALUES ('\xa82f1ccaa026d380d78d', 'default', 'cap', 3, 0, 1, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388360000000,"absolute_end":1772474760000000}}', 1772474760000000, 1772561160000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772388360000000);
INSERT INTO public.counterfoil_family VALUES ('\x766426429fd6aa49bd2b', 'default', 'pat', 3, 1, 4, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772373600000000,"absolute_end":1772460000000000}}', 1772460000000000, 1774972800000000, NULL, 1772380800000000, 5, '\x0d68b5523766a61932d308fd2e67749e', 1772377200000000);
INSERT INTO public.counterfoil_family VALUES ('\xa8a974ef979884d6c6ec', 'default', 'cap', 3, 0, 2, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388000000000,"absolute_end":1772474400000000}}', 1772474400000000, 1772474760000000, NULL, 1772388360000000, 6, '\x0d68b5523766a61932d308fd2e67749e', 1772388000000000);
INSERT INTO public.counterfoil_family VALUES ('\xa8313e26615e5c3c68ca', 'default', 'cap', 3, 0, 1, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388060000000,"absolute_end":1772474460000000}}', 1772474460000000, 1772560860000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772388060000000);
INSERT INTO public.counterfoil_family VALUES ('\xa83813fe005b671c9f05', 'default', 'cap', 3, 0, 1, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388240000000,"absolute_end":1772474640000000}}', 1772474640000000, 1772561040000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772388240000000);
INSERT INTO public.counterfoil_family VALUES ('\xa86d5cc9274231e02b72', 'default', 'cap', 3, 0, 1, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388120000000,"absolute_end":1772474520000000}}', 1772474520000000, 1772560920000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772388120000000);
INSERT INTO public.counterfoil_family VALUES ('\xa86d9caf8ff32ba7ddaa', 'default', 'cap', 3, 0, 1, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772388180000000,"absolute_end":1772474580000000}}', 1772474580000000, 1772560980000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772388180000000);
INSERT INTO public.counterfoil_family VALUES ('\x6fc5f6aab11b98fdf3e1', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":"super_administrator"}}', 1772490600000000, 1773095400000000, NULL, NULL, NULL, NULL, 1772404200000000);
INSERT INTO public.counterfoil_family VALUES ('\x6fb847f73ad66485e951', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":"super_administrator"}}', 1772490600000000, 1774996200000000, NULL, 1772404200000000, 2, NULL, 1772404200000000);
INSERT INTO public.counterfoil_family VALUES ('\x6f36e17a4941be818453', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":{"same_as_user":"ann"},"named":"ann"}}', 1772490600000000, 1773095400000000, NULL, NULL, NULL, NULL, 1772404200000000);
INSERT INTO public.counterfoil_family VALUES ('\x6f40c853bf538ef6cf11', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"sue","access":"super_administrator"}}', 1776729600000000, 1777334400000000, NULL, NULL, NULL, NULL, 1772404200000000);
INSERT INTO public.counterfoil_family VALUES ('\x574c3bc74d0fc1b820d9', 'default', 'bob', 6, 0, 1, '{"session":{"authenticated_at":1772406600000000,"absolute_end":1772449800000000}}', 1772408400000000, 1772494800000000, NULL, NULL, NULL, NULL, 1772406600000000);
INSERT INTO public.counterfoil_family VALUES ('\x1aa1417949e6c1524dd6', 'default', 'ann', 3, 0, 4, '{"sign_in":{"client":[110,138,163,32,55,207,101,213,114,40,223,160,147,99,234,239],"client_id":"reuse","epoch":0,"grant":"password","remember":true,"opened_at":1772406600000000,"absolute_end":1774998600000000}}', 1772495760000000, 1772582160000000, NULL, NULL, NULL, '\x6e8aa32037cf65d57228dfa09363eaef', 1772409360000000);
INSERT INTO public.counterfoil_family VALUES ('\xc71ca31b053751620c86', 'default', 'ada', 6, 0, 1, '{"session":{"authenticated_at":1772408100000000,"absolute_end":1772451300000000}}', 1772409900000000, 1772496300000000, NULL, NULL, NULL, NULL, 1772408100000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a78c9a5ba279ec09000', 'default', 'ann', 6, 0, 1, '{"session":{"authenticated_at":1772408100000000,"absolute_end":1772451300000000}}', 1772409900000000, 1775000400000000, NULL, 1772408400000000, 1, NULL, 1772408100000000);
INSERT INTO public.counterfoil_family VALUES ('\x1ab3e9c6cfbe15129f77', 'default', 'ann', 6, 0, 1, '{"session":{"authenticated_at":1772408100000000,"absolute_end":1772451300000000}}', 1772410200000000, 1772496600000000, NULL, NULL, NULL, NULL, 1772408400000000);
INSERT INTO public.counterfoil_family VALUES ('\x1abdf9157d2ad38e7e87', 'default', 'ann', 6, 0, 1, '{"session":{"authenticated_at":1772408100000000,"absolute_end":1772451300000000}}', 1772411220000000, 1775001420000000, NULL, 1772409420000000, 1, NULL, 1772409420000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a748c89648ec2e5c896', 'default', 'ann', 3, 1, 4, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772406000000000,"absolute_end":1772492400000000}}', 1772492400000000, 1772578800000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772409590000000);
INSERT INTO public.counterfoil_family VALUES ('\x57efa0c3bdefa293d2f7', 'default', 'bob', 3, 0, 2, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x570328ab301a039a37ad', 'default', 'bob', 3, 0, 2, '{"sign_in":{"client":[178,248,65,197,93,12,74,67,124,84,226,239,146,159,226,150],"client_id":"public","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\xb2f841c55d0c4a437c54e2ef929fe296', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x57fcf8ab94c5c3803b9d', 'default', 'bob', 2, 0, 1, '{"sign_in":{"client":[250,100,168,153,63,210,22,186,152,181,89,177,244,110,242,58],"client_id":"short","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772409660000000}}', 1772409660000000, 1772409720000000, NULL, NULL, NULL, '\xfa64a8993fd216ba98b559b1f46ef23a', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x0f2d7d3a807135f6288d', 'default', 'dis', 3, 0, 2, '{"sign_in":{"client":[9,100,212,250,106,170,220,203,127,208,31,92,132,124,239,153],"client_id":"imported","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\x0964d4fa6aaadccb7fd01f5c847cef99', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x5a90bb42e54241651763', 'default', 'cid', 3, 0, 2, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a540e4361dc86ec15fd', 'default', 'ann', 3, 0, 2, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":null,"remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\x0d68b5523766a61932d308fd2e67749e', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a5767ff8e0dc043b654', 'default', 'ann', 3, 0, 2, '{"sign_in":{"client":[211,239,59,49,245,17,240,87,240,214,49,220,81,100,38,25],"client_id":"epoch","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\xd3ef3b31f511f057f0d631dc51642619', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x1ac2fb8e15218d5ee6df', 'default', 'ann', 3, 0, 2, '{"sign_in":{"client":[85,0,174,26,172,23,222,129,141,230,150,127,180,129,242,142],"client_id":"gone","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\x5500ae1aac17de818de6967fb481f28e', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a1cf08218b35e9964be', 'default', 'ann', 3, 0, 2, '{"sign_in":{"client":[160,110,44,206,81,219,133,244,35,76,217,87,238,192,102,51],"client_id":"stopped","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1772581860000000, NULL, NULL, NULL, '\xa06e2cce51db85f4234cd957eec06633', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x763cda8ec10b9214566b', 'default', 'pat', 3, 0, 2, '{"sign_in":{"client":[13,104,181,82,55,102,166,25,50,211,8,253,46,103,116,158],"client_id":"app","epoch":0,"grant":"password","remember":false,"opened_at":1772409060000000,"absolute_end":1772495460000000}}', 1772495460000000, 1775001120000000, NULL, 1772409120000000, 3, '\x0d68b5523766a61932d308fd2e67749e', 1772409060000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a00a5e25969acad6db0', 'default', 'ann', 3, 0, 2, '{"sign_in":{"client":[211,239,59,49,245,17,240,87,240,214,49,220,81,100,38,25],"client_id":"epoch","epoch":1,"grant":"password","remember":false,"opened_at":1772409120000000,"absolute_end":1772495520000000}}', 1772495520000000, 1772581920000000, NULL, NULL, NULL, '\xd3ef3b31f511f057f0d631dc51642619', 1772409120000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a931571dcca78bbab1b', 'default', 'ann', 1, 0, 1, '"alone"', 1775001180000000, 1777593180000000, 'ci', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a22979f303adbd96320', 'default', 'ann', 1, 0, 1, '"alone"', NULL, NULL, 'für immer ☂', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1ab7734886100d7cf8f0', 'default', 'ann', 1, 0, 1, '"alone"', 1775001180000000, 1775001180000000, NULL, 1772409180000000, 1, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a784865fff3f55f9052', 'default', 'ann', 1, 0, 1, '"alone"', 1775001180000000, 1775001180000000, NULL, 1772409180000000, 2, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1aba88cc02fbaa4c469c', 'default', 'ann', 1, 1, 2, '"alone"', 1775001180000000, 1777593180000000, 'at once', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a0fa12f4dc7364bafbf', 'default', 'ann', 1, 1, 2, '"alone"', 1775001180000000, 1777593180000000, 'overlap', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a4864600029a020fcd4', 'default', 'ann', 1, 1, 2, '"alone"', 1775001180000000, 1777593180000000, 'overlap over', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a2c41b85048ead7991c', 'default', 'ann', 1, 1, 2, '"alone"', 1775001180000000, 1777593180000000, 'first use', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a1ba281fac8d61713bc', 'default', 'ann', 1, 1, 2, '"alone"', 1775001180000000, 1777593180000000, 'first use, used', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1afb4f8e0a7a96942e24', 'default', 'ann', 1, 3, 4, '"alone"', 1775001180000000, 1777593180000000, 'chain', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a34146a7566687d00d6', 'default', 'ann', 1, 0, 1, '"alone"', 1775001180000000, 1777593180000000, 'new name', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a11bf2faf00ab8d0e9c', 'default', 'ann', 1, 0, 1, '"alone"', 1775001180000000, 1777593180000000, 'form', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a3732e703be7f843839', 'default', 'ann', 1, 0, 1, '"alone"', 1775001180000000, 1777593180000000, 'used', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x0f021771cc167e465a41', 'default', 'dis', 1, 0, 1, '"alone"', 1775001180000000, 1777593180000000, 'disabled owner', NULL, NULL, NULL, 1772409180000000);
INSERT INTO public.counterfoil_family VALUES ('\x1a4dbe815bf79ddc0500', 'default', 'ann', 6, 0, 1, '{"session":{"authenticated_at":1772409420000000,"absolute_end":1772452620000000}}', 1772411220000000, 1772497620000000, NULL, NULL, NULL, NULL, 1772409420000000);
INSERT INTO public.counterfoil_owner VALUES ('default', 'ann', 1);
INSERT INTO public.counterfoil_owner VALUES ('default', 'pat', 1);
INSERT INTO public.counterfoil_owner VALUES ('default', 'gus', 1);
INSERT INTO public.counterfoil_owner VALUES ('other', 'ann', 1);
INSERT INTO public.counterfoil_owner VALUES ('default', 'realm', 4);
INSERT INTO public.counterfoil_owner VALUES ('default', 'bob', 1);
INSERT INTO public.counterfoil_owner VALUES ('default', 'ann', 3);
INSERT INTO public.counterfoil_owner VALUES ('default', 'pat', 3);
INSERT INTO public.counterfoil_owner VALUES ('default', 'cap', 3);
INSERT INTO public.counterfoil_owner VALUES ('default', 'bob', 6);
INSERT INTO public.counterfoil_owner VALUES ('default', 'ann', 6);
INSERT INTO public.counterfoil_owner VALUES ('default', 'ada', 6);
INSERT INTO public.counterfoil_owner VALUES ('default', 'bob', 3);
INSERT INTO public.counterfoil_owner VALUES ('default', 'bob', 2);
INSERT INTO public.counterfoil_owner VALUES ('default', 'dis', 3);
INSERT INTO public.counterfoil_owner VALUES ('default', 'cid', 3);
INSERT INTO public.counterfoil_owner VALUES ('default', 'dis', 1);
INSERT INTO public.counterfoil_record VALUES ('\x1a831a71158f0efdc6c8283ad8b2c3c7', '\x1a831a71158f0efdc6c8', 'default', 'ann', 1, NULL, 0, 1767225600000000, 'demo:read', 'first key', NULL, '\x97e1248b0b21aff3266c4d66e0fd1d10e229eb5d9498a9ed94a1503db53c04e7', 1, 0, 1782777600000000, 1767225600000000, 1785369600000000, 1785369600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782172800000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x3d0d5b4bb6d74fd7b84eca968d706c1d', '\x3d0d5b4bb6d74fd7b84e', 'default', 'gus', 1, NULL, 0, 1767225600000000, NULL, 'purged', NULL, '\xa4d01956f62d85079f2376aed8c4cfce9f00a297758afcc8bc4abb1a5d99a689', 1, 0, 1782777600000000, 1767225600000000, 1785369600000000, 1785369600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782172800000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6bd43d78ff4126562b907727722c7fc1', '\x6bd43d78ff4126562b90', 'other', 'ann', 1, NULL, 0, 1767225600000000, NULL, 'other realm', NULL, '\x06b31471c4890df01e156ab1bdb5e7965e5a07b47fa2193f127285626176fc96', 1, 0, NULL, 1767225600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6f2a8c2e19cc59798ae2faa2247419bb', '\x6f2a8c2e19cc59798ae2', 'default', 'realm', 4, NULL, 0, 1767225600000000, NULL, NULL, 'permanent', '\x349e4a034398b9d716b166f4739976a52c12b41661f9b44f0ddb83aea9e69d7f', 1, 1, NULL, 1767225600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a29abb048d2a2785279a2cee30459c0', '\x1a29abb048d2a2785279', 'default', 'ann', 1, NULL, 0, 1769817780000000, NULL, 'due', NULL, '\x39e79135e7bca506cfb6bc2ba8ed1b99e587f48d8fde563da6d4b85a5dae6257', 2, 0, 1772928180000000, 1769817780000000, 1775520180000000, 1775520180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772323380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x769ddd17b90f7350f66ddec2ceb9e24e', '\x769ddd17b90f7350f66d', 'default', 'pat', 1, NULL, 0, 1769817960000000, NULL, 'pending', NULL, '\x7d528beb0b312df9e762ca6c6ccd1aaa2c77c996147760e957e451e5f88f13b1', 2, 0, 1773273960000000, 1769817960000000, 1775865960000000, 1775865960000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772669160000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x577ce3f1fb6f01def01b98bbd5653e40', '\x577ce3f1fb6f01def01b', 'default', 'bob', 1, NULL, 0, 1769818020000000, NULL, 'taken, one', NULL, '\x7c236507a0a8a66bfdfc10612ad87686840029f6d1b4a3fc98dde68ad2daf495', 2, 0, 1777594020000000, 1769818020000000, 1780186020000000, 1780186020000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1776989220000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x5745c9a63bf4fc7bff5306810f5742db', '\x5745c9a63bf4fc7bff53', 'default', 'bob', 1, NULL, 0, 1769818080000000, NULL, 'taken, two', NULL, '\x500e1b2d92a751996161535aa6237bf6951e7f2f4247af2eaaca635f9c132bce', 2, 0, 1777594080000000, 1769818080000000, 1780186080000000, 1780186080000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1776989280000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afa588a48351c40a092db07cdbd3346', '\x1afa588a48351c40a092', 'default', 'ann', 1, NULL, 0, 1769817660000000, NULL, 'expired', NULL, '\xd66b7cd33d284a244dd8da98c09423aa4df9ee0411bd84cd5a4b4b84fc7a701f', 2, 0, 1771545660000000, 1769817660000000, 1774137660000000, 1774137660000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x00064b361dc487000000064b361dc487000100064b361dc4870002', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a02327777e35ac0e8c611c15886f6d8', '\x1a02327777e35ac0e8c6', 'default', 'ann', 1, NULL, 0, 1769817720000000, NULL, 'reminded', NULL, '\xb27095c5528dabfe71845c79bb8a7e4e2629b15992f34949b1fc83e2e57ce52d', 2, 0, 1772841720000000, 1769817720000000, 1775433720000000, 1775433720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772755320000000, 1, '\x00064c63e0f6ae0000', false);
INSERT INTO public.counterfoil_record VALUES ('\x6fec522476543c68dcbb8b8f661b85f9', '\x6fec522476543c68dcbb', 'default', 'realm', 4, NULL, 0, 1772150400000000, NULL, NULL, 'expired', '\x83be6c9a5e62d3f6a74443507a81249c3c0d3ddd9b31b43ae89deedcadbb0bf8', 2, 0, 1772236800000000, 1772150400000000, 1772841600000000, 1772841600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772236800000000, 2, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afbd6df38c51acbe50016d1c1a29fe8', '\x1afbd6df38c51acbe500', 'default', 'ann', 3, '\x1afbd6df38c51acbe5002e86aa706fce', 3, 1772380800000000, NULL, NULL, NULL, '\xc864a18757a9c3d6ccd47f14cf3f715dbcd0c4d7d6d08c9e483867717b386679', 2, 0, 1772424000000000, 1772380800000000, 1772510400000000, 1772510400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afbd6df38c51acbe500ad79dd677c20', '\x1afbd6df38c51acbe500', 'default', 'ann', 3, NULL, 0, 1772352000000000, NULL, NULL, NULL, '\x200eb01e5d7490c6e0f98bd928963cbdd86634e37d503ec97464033807254e03', 2, 1, NULL, 1772352000000000, 1772424000000000, 1772424000000000, 1772352000000000, '\x1afbd6df38c51acbe500b27cf445c7a4', NULL, NULL, 1772352030000000, NULL, NULL, NULL, NULL, NULL, '\x', true);
INSERT INTO public.counterfoil_record VALUES ('\x1afbd6df38c51acbe500b27cf445c7a4', '\x1afbd6df38c51acbe500', 'default', 'ann', 3, NULL, 1, 1772366400000000, NULL, NULL, NULL, '\x331e79038a265940572b4971bc380417f8eb45fee5f424cd22d2d3f3483df305', 2, 1, NULL, 1772366400000000, 1772424000000000, 1772424000000000, 1772366400000000, '\x1afbd6df38c51acbe5002e86aa706fce', NULL, NULL, 1772366430000000, NULL, NULL, NULL, NULL, NULL, '\x', true);
INSERT INTO public.counterfoil_record VALUES ('\x1afbd6df38c51acbe5002e86aa706fce', '\x1afbd6df38c51acbe500', 'default', 'ann', 3, NULL, 2, 1772380800000000, NULL, NULL, NULL, '\x50953a3c4dfb7e0ec7536911f95ecdb92830ca4b6b339e5022da46d360cd58ac', 2, 1, NULL, 1772380800000000, 1772424000000000, 1772424000000000, 1772380800000000, '\x1afbd6df38c51acbe50016d1c1a29fe8', NULL, NULL, 1772380830000000, NULL, NULL, NULL, NULL, NULL, '\x', true);
INSERT INTO public.counterfoil_record VALUES ('\x766426429fd6aa49bd2bd6535f3f7df5', '\x766426429fd6aa49bd2b', 'default', 'pat', 3, NULL, 0, 1772377200000000, NULL, NULL, NULL, '\xefc4d4dfd3150e73e29952546aeb6be4740a4afd9bbf6b8b774112c0d74ba79f', 2, 1, NULL, 1772377200000000, 1772460000000000, 1772460000000000, 1772377200000000, '\x766426429fd6aa49bd2bf372601c3b71', NULL, NULL, 1772377230000000, NULL, NULL, NULL, NULL, NULL, '\x', true);
INSERT INTO public.counterfoil_record VALUES ('\x767736a057eb1817f86c963f8fcee3cb', '\x767736a057eb1817f86c', 'default', 'pat', 1, NULL, 0, 1769817900000000, NULL, 'failed', NULL, '\xf98826981abfe5905ecece2184e17a30ced06737070764aa8c7d05221a72ae6b', 2, 0, 1772928300000000, 1769817900000000, 1775520300000000, 1775520300000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772416800000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x76968141d794daffe56b14d2d600ac99', '\x76968141d794daffe56b', 'default', 'pat', 1, NULL, 0, 1769817840000000, NULL, 'leased', NULL, '\xcfd68d9eaf9d78b8cd43891678db8e7e40e5459bd717680e9d31b1ced8b3c9dc', 2, 0, 1772928240000000, 1769817840000000, 1775520240000000, 1775520240000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772409840000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x76d73c594da0fe2572664f586c788e38', '\x76d73c594da0fe257266', 'default', 'pat', 1, NULL, 0, 1767225600000000, NULL, 'first key, used', NULL, '\x45dadfa28084d638c7274c7b14e6c060852941fc69563f00c626a27b34b25a2c', 2, 1, 1782777600000000, 1767225600000000, 1785369600000000, 1785369600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772409180000000, 1782172800000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x766426429fd6aa49bd2bf372601c3b71', '\x766426429fd6aa49bd2b', 'default', 'pat', 3, '\x766426429fd6aa49bd2bd6535f3f7df5', 1, 1772377200000000, NULL, NULL, NULL, '\x55cd64b7f9166c5766d812736470df9cdeff45e43b1090a4c81963d10f5063d1', 2, 0, 1772460000000000, 1772377200000000, 1772546400000000, 1772546400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa8a974ef979884d6c6ece9342492e58a', '\xa8a974ef979884d6c6ec', 'default', 'cap', 3, NULL, 0, 1772388000000000, NULL, NULL, NULL, '\x1bf0929c6dfa84ef9a153f267c01063998598c20bac18ecf7ba615854862fcaf', 2, 0, 1772474400000000, 1772388000000000, 1772560800000000, 1772560800000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa8313e26615e5c3c68ca9a497515fa74', '\xa8313e26615e5c3c68ca', 'default', 'cap', 3, NULL, 0, 1772388060000000, NULL, NULL, NULL, '\xe3bdf1869fd314ebe35236880ab1d3dab5b30f32363ebbed7c6aa22b38565b7d', 2, 0, 1772474460000000, 1772388060000000, 1772560860000000, 1772560860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa86d5cc9274231e02b72e4535760bac0', '\xa86d5cc9274231e02b72', 'default', 'cap', 3, NULL, 0, 1772388120000000, NULL, NULL, NULL, '\xce0690f46c9115007cfd840c48b5a53c24accf15c256e20114e479231d59b5ec', 2, 0, 1772474520000000, 1772388120000000, 1772560920000000, 1772560920000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa86d9caf8ff32ba7ddaa2680100f74d6', '\xa86d9caf8ff32ba7ddaa', 'default', 'cap', 3, NULL, 0, 1772388180000000, NULL, NULL, NULL, '\x05a7f12db8dba995e2d71a203966e561a09ac510e9a749a05bdd722df5b52f2d', 2, 0, 1772474580000000, 1772388180000000, 1772560980000000, 1772560980000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa83813fe005b671c9f058352454b6ac2', '\xa83813fe005b671c9f05', 'default', 'cap', 3, NULL, 0, 1772388240000000, NULL, NULL, NULL, '\x09982ee251dae4ec9253c08d24164ef44d736c27b2ce65c5ccd3e8c1bcfa4f0b', 2, 0, 1772474640000000, 1772388240000000, 1772561040000000, 1772561040000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa82cb2b5da71b8927cf365e09b53bead', '\xa82cb2b5da71b8927cf3', 'default', 'cap', 3, NULL, 0, 1772388300000000, NULL, NULL, NULL, '\x0feabc51e54d8f6700b9148fa976341edda40eec8b2f17b033549dc949897aff', 2, 0, 1772474700000000, 1772388300000000, 1772561100000000, 1772561100000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa82f1ccaa026d380d78d453538981866', '\xa82f1ccaa026d380d78d', 'default', 'cap', 3, NULL, 0, 1772388360000000, NULL, NULL, NULL, '\x5e2c7fa035c674c1b717a3eff02b73b3863cb55db854bd7e9aa60e8743b2c9a7', 2, 0, 1772474760000000, 1772388360000000, 1772561160000000, 1772561160000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x766426429fd6aa49bd2b1c619f4d1952', '\x766426429fd6aa49bd2b', 'default', 'pat', 2, '\x766426429fd6aa49bd2bd6535f3f7df5', 0, 1772373600000000, NULL, NULL, NULL, '\x9710154b6ddbea128d6192727ec4f194fcf93bd4914254ed2159bb527dc92830', 2, 0, 1772374200000000, 1772373600000000, 1772374260000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x766426429fd6aa49bd2b5dc2a019d3ac', '\x766426429fd6aa49bd2b', 'default', 'pat', 2, '\x766426429fd6aa49bd2bf372601c3b71', 1, 1772377200000000, NULL, NULL, NULL, '\xef12549e4e4a384ccbda57b0ec2924bd051c651b1fb53e0e74a92f5e0c79ad0b', 2, 0, 1772377800000000, 1772377200000000, 1772377860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xa8a974ef979884d6c6eca137e564481e', '\xa8a974ef979884d6c6ec', 'default', 'cap', 2, '\xa8a974ef979884d6c6ece9342492e58a', 0, 1772388000000000, NULL, NULL, NULL, '\x0acc2ff5e99b3f69850168880e9459980a916e513f0d707c1134ec631ba396d1', 2, 0, 1772388600000000, 1772388000000000, 1772388660000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6ff3f9d75bd02ed546ceb32de8a8914e', '\x6ff3f9d75bd02ed546ce', 'default', 'realm', 4, NULL, 0, 1772404200000000, NULL, NULL, 'printer ☃', '\xf66973e6a107ff202a0168cbc05142d1fa1e9f3743426284b502dcff28fa3cf8', 2, 0, 1772490600000000, 1772404200000000, 1773095400000000, 1773095400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772490600000000, 2, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6fc5f6aab11b98fdf3e15e35d64352cc', '\x6fc5f6aab11b98fdf3e1', 'default', 'realm', 4, NULL, 0, 1772404200000000, NULL, NULL, NULL, '\xc57bc848abdcba2eabc1be77fede4df1a1b02f8e5e1a9e40354a960b0b0d3373', 2, 0, 1772490600000000, 1772404200000000, 1773095400000000, 1773095400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772490600000000, 2, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6fb847f73ad66485e951d07f94024cff', '\x6fb847f73ad66485e951', 'default', 'realm', 4, NULL, 0, 1772404200000000, NULL, NULL, 'deleted', '\x3282cf1f31868cc229caaeb8c5012827722595bd4f536972fa056fea36b2d8c2', 2, 0, 1772490600000000, 1772404200000000, 1773095400000000, 1773095400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772490600000000, 2, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6f36e17a4941be818453c82e0c114d27', '\x6f36e17a4941be818453', 'default', 'realm', 4, NULL, 0, 1772404200000000, NULL, NULL, 'reset', '\x36deb70dd8b401740015b0734ca61c60b3650099783106d33a43313186decb9b', 2, 1, 1772490600000000, 1772404200000000, 1773095400000000, 1773095400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772490600000000, 2, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x6f40c853bf538ef6cf119b154ce8b58c', '\x6f40c853bf538ef6cf11', 'default', 'realm', 4, NULL, 0, 1772404200000000, NULL, NULL, 'after', '\xd167107d63c4568c760dec95be6f7d11af2e196a28654670a296aba17f95b180', 2, 2, 1776729600000000, 1772404200000000, 1777334400000000, 1777334400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1776124800000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a748c89648ec2e5c8962e3255310bf9', '\x1a748c89648ec2e5c896', 'default', 'ann', 2, '\x1a748c89648ec2e5c8962fe0626edf9d', 0, 1772406000000000, 'demo:read', NULL, NULL, '\x26882618ad5d7af94321f07dffa55419f43e94af1880d5709420bfa80b79b748', 2, 0, 1772406600000000, 1772406000000000, 1772406660000000, 1772406660000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x574c3bc74d0fc1b820d975bf019e16dd', '\x574c3bc74d0fc1b820d9', 'default', 'bob', 6, NULL, 0, 1772406600000000, NULL, NULL, NULL, '\xd40abab00bb159aac12c611c705e28af739dd2011561edc5e5c86807891ac2f3', 2, 0, 1772408400000000, 1772406600000000, 1772494800000000, 1772494800000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1aa1417949e6c1524dd66b24b53132cd', '\x1aa1417949e6c1524dd6', 'default', 'ann', 2, '\x1aa1417949e6c1524dd6d1aadb518b1e', 0, 1772406600000000, 'demo:write', NULL, NULL, '\x010d7335a903dbc29099e138e98a53df941cc3706261740cee0b57ce6756883f', 2, 0, 1772407200000000, 1772406600000000, 1772407260000000, 1772407260000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1aa1417949e6c1524dd6ee10708fd119', '\x1aa1417949e6c1524dd6', 'default', 'ann', 2, '\x1aa1417949e6c1524dd6d1aadb518b1e', 0, 1772409120000000, 'demo:write', NULL, NULL, '\x918fee583abf1d8ea4595f3a8f41d5d679bb9d9c404e7852da66a49deb09b3d8', 2, 0, 1772409720000000, 1772409120000000, 1772409780000000, 1772409780000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1aa1417949e6c1524dd6d1aadb518b1e', '\x1aa1417949e6c1524dd6', 'default', 'ann', 3, NULL, 0, 1772406600000000, 'demo:write', NULL, NULL, '\x7f3950bd3c0662a4ae0bdd72f6806d5d15ce0420f8f688eb73fc8393f0c9d8f2', 2, 0, 1772495760000000, 1772409360000000, 1772582160000000, 1772582160000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1aa1417949e6c1524dd61a7a05804a63', '\x1aa1417949e6c1524dd6', 'default', 'ann', 2, '\x1aa1417949e6c1524dd6d1aadb518b1e', 0, 1772409360000000, 'demo:write', NULL, NULL, '\xb0b1f074f01bdd862167d7ab89c520e226b7a896bdf92be9ad209f53f72ae81a', 2, 0, 1772409960000000, 1772409360000000, 1772410020000000, 1772410020000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a78c9a5ba279ec09000348689207aff', '\x1a78c9a5ba279ec09000', 'default', 'ann', 6, NULL, 0, 1772408100000000, NULL, NULL, NULL, '\xba8194994e1cf679a4fd72119b865932337253cc6fa0918bd8288683812f9642', 2, 0, 1772409900000000, 1772408100000000, 1772496300000000, 1772496300000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1ab3e9c6cfbe15129f77506be8366b80', '\x1ab3e9c6cfbe15129f77', 'default', 'ann', 6, NULL, 0, 1772408100000000, NULL, NULL, NULL, '\x4b8881e9c4d89bb2127166ea5f3695cc96cdee6aed9bdfcfd2f34191fddeb0ef', 2, 0, 1772410200000000, 1772408400000000, 1772496600000000, 1772496600000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a748c89648ec2e5c8962fe0626edf9d', '\x1a748c89648ec2e5c896', 'default', 'ann', 3, NULL, 0, 1772406000000000, 'demo:read', NULL, NULL, '\xe1b4d5b233168c9785511bd6276ed29b096aa5c64e7954a3ddd38610d8fa32b7', 2, 1, 1772492400000000, 1772406000000000, 1772492400000000, 1772492400000000, 1772409590000000, '\x1a748c89648ec2e5c8962fc140c58a7f', '\x0431daafcf7c051691cd44af8a01a2bc4325642ef9e1f9b75023497630957dec', 2, 1772409620000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\xc71ca31b053751620c867565c468d3f5', '\xc71ca31b053751620c86', 'default', 'ada', 6, NULL, 0, 1772408100000000, NULL, NULL, NULL, '\x0cbdcd097821f2e2f4bf0e00842f16eeb0994d9323667e046e7f6fe17a8b9d0e', 2, 0, 1772409900000000, 1772408100000000, 1772496300000000, 1772496300000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x57efa0c3bdefa293d2f790c4b0df804b', '\x57efa0c3bdefa293d2f7', 'default', 'bob', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\x37aeca7ad2a1b0a41bf5d9aac37f3e567fe95ffbad905d1351465ee3039eb9ae', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x570328ab301a039a37ad36cf504615c1', '\x570328ab301a039a37ad', 'default', 'bob', 3, NULL, 0, 1772409060000000, 'demo:read', NULL, NULL, '\x680a5d4003b592591fd1a8dcc996f560d9654ef2cc39d07738e96f6e700526e3', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x570328ab301a039a37ad76431937d6b2', '\x570328ab301a039a37ad', 'default', 'bob', 2, '\x570328ab301a039a37ad36cf504615c1', 0, 1772409060000000, 'demo:read', NULL, NULL, '\x228625e2cc062897cd78ef8d3562616622596e29afaec9666095cb00abbcf5d1', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x57fcf8ab94c5c3803b9dbd3584b90896', '\x57fcf8ab94c5c3803b9d', 'default', 'bob', 2, NULL, 0, 1772409060000000, 'demo:read', NULL, NULL, '\x45b8b14632b8dbef2e8aefec840eb8c4e1eaf51451b46933d193f68ac791aff1', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x0f2d7d3a807135f6288d8472940ffb47', '\x0f2d7d3a807135f6288d', 'default', 'dis', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\x842823e9e0f34851852453e8145d365d408aa6d44cbb54d556afbaa4d0eb35a8', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x0f2d7d3a807135f6288d47d9e6d520b4', '\x0f2d7d3a807135f6288d', 'default', 'dis', 2, '\x0f2d7d3a807135f6288d8472940ffb47', 0, 1772409060000000, NULL, NULL, NULL, '\x3d7b7940440afc501ad941555c5a294d8ed3b429ec4f2e38b39f1206d2a02561', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x5a90bb42e54241651763d7d48856a4ad', '\x5a90bb42e54241651763', 'default', 'cid', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\xb7f16eb941f118ea5a649bc07a9dd6bdd967b5d3aa724c03fcb963127cc6923f', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x5a90bb42e54241651763af819b4846cb', '\x5a90bb42e54241651763', 'default', 'cid', 2, '\x5a90bb42e54241651763d7d48856a4ad', 0, 1772409060000000, NULL, NULL, NULL, '\x4c1d7cc9b85efab6e08e3b3f8ea672f4c93e36ac35012f66c8ed7c567c9e8922', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x57efa0c3bdefa293d2f77301506fa668', '\x57efa0c3bdefa293d2f7', 'default', 'bob', 2, '\x57efa0c3bdefa293d2f790c4b0df804b', 0, 1772409060000000, NULL, NULL, NULL, '\x186eeea3a0a01560c0457db3cae04e282c496316247824ad835d15f71fabf2bd', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, 1772409060000000, 3, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a540e4361dc86ec15fd294f23aa7a96', '\x1a540e4361dc86ec15fd', 'default', 'ann', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\xf8624ef4913df105d0402c7215cedc6412697b40a0783ad69619a6998b858f81', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a540e4361dc86ec15fdb87c93f64883', '\x1a540e4361dc86ec15fd', 'default', 'ann', 2, '\x1a540e4361dc86ec15fd294f23aa7a96', 0, 1772409060000000, NULL, NULL, NULL, '\x8ff237ce7559fb57019674c671d6a23408c993275497f74947a698dfde2a9999', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x763cda8ec10b9214566b4c791e4c8be9', '\x763cda8ec10b9214566b', 'default', 'pat', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\xfad573fe7f83f5cb06f36c7144f458dcc14ff5cb37a59c0afca5957da54af53a', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x763cda8ec10b9214566b3e321ed54e2f', '\x763cda8ec10b9214566b', 'default', 'pat', 2, '\x763cda8ec10b9214566b4c791e4c8be9', 0, 1772409060000000, NULL, NULL, NULL, '\x8d3233eef630069e429c61d53f5918ad73f1b4413dee57dcd71dbb9a33f93dee', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a5767ff8e0dc043b654f24ad7a98a93', '\x1a5767ff8e0dc043b654', 'default', 'ann', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\xee2502c7f4369c242d64a7461a66e2007091d527da7bdfb1583b7f0ad98e95a5', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a5767ff8e0dc043b654d0f786a73124', '\x1a5767ff8e0dc043b654', 'default', 'ann', 2, '\x1a5767ff8e0dc043b654f24ad7a98a93', 0, 1772409060000000, NULL, NULL, NULL, '\xafeca53e255a5015d2043ab56d25cf7312790d4c34a458fcb227d0f07a9fb124', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1ac2fb8e15218d5ee6df679d4983f579', '\x1ac2fb8e15218d5ee6df', 'default', 'ann', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\x986fbf15221f54ea254691695efc538ef6a674df6cd13d7d31ace3ae6299edc5', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1ac2fb8e15218d5ee6dfe77e5d85ae76', '\x1ac2fb8e15218d5ee6df', 'default', 'ann', 2, '\x1ac2fb8e15218d5ee6df679d4983f579', 0, 1772409060000000, NULL, NULL, NULL, '\x99030fc196a12cb6f93abd3bcc3214a4609b840d176c96f940a775c2d541a275', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a1cf08218b35e9964be476b529338eb', '\x1a1cf08218b35e9964be', 'default', 'ann', 3, NULL, 0, 1772409060000000, NULL, NULL, NULL, '\xae6727a76819902153c55f2ec728d6e489fa02731736669c01163bc19e4617f5', 2, 0, 1772495460000000, 1772409060000000, 1772581860000000, 1772581860000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a1cf08218b35e9964be4f9b5dcb2662', '\x1a1cf08218b35e9964be', 'default', 'ann', 2, '\x1a1cf08218b35e9964be476b529338eb', 0, 1772409060000000, NULL, NULL, NULL, '\x7aae038f880120c2078424301d334481cd80c55491415f2e159d3bc0335b48de', 2, 0, 1772409660000000, 1772409060000000, 1772409720000000, 1772409720000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a00a5e25969acad6db0c2712924a6e6', '\x1a00a5e25969acad6db0', 'default', 'ann', 3, NULL, 0, 1772409120000000, NULL, NULL, NULL, '\xcb3060144b15cea5e62981cb4ddf323c7290f5d14d5dbcae83dfbdd549142040', 2, 0, 1772495520000000, 1772409120000000, 1772581920000000, 1772581920000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a00a5e25969acad6db03c21d8a46635', '\x1a00a5e25969acad6db0', 'default', 'ann', 2, '\x1a00a5e25969acad6db0c2712924a6e6', 0, 1772409120000000, NULL, NULL, NULL, '\x69749d59a42f2c7be0190e9c56021b2cdd68b4ac02cb0bb32fb451f168e5e2db', 2, 0, 1772409720000000, 1772409120000000, 1772409780000000, 1772409780000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a931571dcca78bbab1b72de0aed85f2', '\x1a931571dcca78bbab1b', 'default', 'ann', 1, NULL, 0, 1772409180000000, 'demo:read', 'CI', NULL, '\x7e791d6b9f477161699aeae0f9a565520bf8cc25766de7d39ff2f909697c69b4', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a22979f303adbd96320e7986e4e775a', '\x1a22979f303adbd96320', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'für immer ☂', NULL, '\x200069fa9f486762ba058acc0930b01aee97932a8c1e776ba06cbd3c0e6ab3bc', 2, 0, NULL, 1772409180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1ab7734886100d7cf8f0ce8e206bfa13', '\x1ab7734886100d7cf8f0', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'deleted', NULL, '\xe8ee85d6adbbec9e1864f1d46662c0cd443029cd8bad2e973e0f2630cc6e6a77', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a784865fff3f55f90524563048d9132', '\x1a784865fff3f55f9052', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'taken away', NULL, '\xde242bc0bcd23748cc6b7673b582063d51e37bd898bed53d9726356fc026c156', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1aba88cc02fbaa4c469c0824b92b0be4', '\x1aba88cc02fbaa4c469c', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'at once', NULL, '\xe43fdaa129de49deb3f39658cea9b8fd04313db7830d1aae4ebacd768ab2bffe', 2, 1, 1775001180000000, 1772409180000000, 1775001180000000, 1775001180000000, 1772409180000000, '\x1aba88cc02fbaa4c469c1bf6ebaa70e8', NULL, NULL, 1772409180000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1aba88cc02fbaa4c469c1bf6ebaa70e8', '\x1aba88cc02fbaa4c469c', 'default', 'ann', 1, '\x1aba88cc02fbaa4c469c0824b92b0be4', 1, 1772409180000000, NULL, 'at once', NULL, '\x24d341721cceb2a27034666f95bc8fbfd867640626ae2ffcb2bdac34b31de002', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a0fa12f4dc7364bafbffb027f7bdb02', '\x1a0fa12f4dc7364bafbf', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'overlap', NULL, '\xa918f7692276d4264c06eae3da2cb8b21c703227b21598b95ead4846bb46f8bc', 2, 1, 1775001180000000, 1772409180000000, 1775173980000000, 1775173980000000, 1772409180000000, '\x1a0fa12f4dc7364bafbfb14e4d3ddc36', NULL, NULL, 1772581980000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a0fa12f4dc7364bafbfb14e4d3ddc36', '\x1a0fa12f4dc7364bafbf', 'default', 'ann', 1, '\x1a0fa12f4dc7364bafbffb027f7bdb02', 1, 1772409180000000, NULL, 'overlap', NULL, '\x37d3130ed1b66eb44192f5d00f6e30b2a11216edd0b39daad22bb1559c567141', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a4864600029a020fcd45d176f5758b7', '\x1a4864600029a020fcd4', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'overlap over', NULL, '\xfb974afd30ea485418b21a7fe01bb595056a8499af9c6075afba2af18c15e1b5', 2, 1, 1775001180000000, 1772409180000000, 1775001240000000, 1775001240000000, 1772409180000000, '\x1a4864600029a020fcd41193b2762e1d', NULL, NULL, 1772409240000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a4864600029a020fcd41193b2762e1d', '\x1a4864600029a020fcd4', 'default', 'ann', 1, '\x1a4864600029a020fcd45d176f5758b7', 1, 1772409180000000, NULL, 'overlap over', NULL, '\xe175222092204ab0e03cd843101741c58c62f5af117ca47cb199d270e86a9a1c', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a2c41b85048ead7991cf23125fbe6ce', '\x1a2c41b85048ead7991c', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'first use', NULL, '\x5929056b4dba1a691a3ff3a776729dadadba46eed1910de2f863c2cf9df82394', 2, 1, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, 1772409180000000, '\x1a2c41b85048ead7991c36361cd80222', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a2c41b85048ead7991c36361cd80222', '\x1a2c41b85048ead7991c', 'default', 'ann', 1, '\x1a2c41b85048ead7991cf23125fbe6ce', 1, 1772409180000000, NULL, 'first use', NULL, '\x7590669c39acf0e752cd90cebff7b45ba3dde118f660e08f751dde491b9eaced', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a1ba281fac8d61713bc90ec77966a2c', '\x1a1ba281fac8d61713bc', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'first use, used', NULL, '\x5e11bfd12362258cda365c6cd7b76c500fa4b92c02089a379026abc6837e27d3', 2, 2, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, 1772409180000000, '\x1a1ba281fac8d61713bc04276d6f75aa', NULL, NULL, 1772409180000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1abdf9157d2ad38e7e87e69a73b80e4b', '\x1abdf9157d2ad38e7e87', 'default', 'ann', 6, NULL, 0, 1772408100000000, NULL, NULL, NULL, '\xb8436e90f80ab53ccd2f633fdc6580bdf86387c8f4d347da55c96088999244e7', 2, 0, 1772411220000000, 1772409420000000, 1772497620000000, 1772497620000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a1ba281fac8d61713bc04276d6f75aa', '\x1a1ba281fac8d61713bc', 'default', 'ann', 1, '\x1a1ba281fac8d61713bc90ec77966a2c', 1, 1772409180000000, NULL, 'first use, used', NULL, '\x5a5ec9ca3bcce6e0bda916ff96cdb86f7ca2026e1ff2f841d4fb84788fd1c418', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772409180000000, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afb4f8e0a7a96942e24fc601820decc', '\x1afb4f8e0a7a96942e24', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'chain', NULL, '\x61741ee00a24da42fff847f1189d65b984b117486ac35b66dbcdd89817300a6e', 2, 1, 1775001180000000, 1772409180000000, 1775001180000000, 1775001180000000, 1772409180000000, '\x1afb4f8e0a7a96942e240d19a3cebed9', NULL, NULL, 1772409180000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afb4f8e0a7a96942e240d19a3cebed9', '\x1afb4f8e0a7a96942e24', 'default', 'ann', 1, '\x1afb4f8e0a7a96942e24fc601820decc', 1, 1772409180000000, NULL, 'chain', NULL, '\x71d22d1aa310b8519a831a1db95c4d58b6a22f12133ecc50c2af608d0a9c31b4', 2, 1, 1775001180000000, 1772409180000000, 1775001180000000, 1775001180000000, 1772409180000000, '\x1afb4f8e0a7a96942e2489151b14062b', NULL, NULL, 1772409180000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afb4f8e0a7a96942e2489151b14062b', '\x1afb4f8e0a7a96942e24', 'default', 'ann', 1, '\x1afb4f8e0a7a96942e240d19a3cebed9', 2, 1772409180000000, NULL, 'chain', NULL, '\xa30dd3c0d9d776a0cd11671f6a171a4f170eb81a3e830f8ac71cee75534e0f57', 2, 1, 1775001180000000, 1772409180000000, 1775001180000000, 1775001180000000, 1772409180000000, '\x1afb4f8e0a7a96942e2472f2b41edbbf', NULL, NULL, 1772409180000000, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1afb4f8e0a7a96942e2472f2b41edbbf', '\x1afb4f8e0a7a96942e24', 'default', 'ann', 1, '\x1afb4f8e0a7a96942e2489151b14062b', 3, 1772409180000000, NULL, 'chain', NULL, '\xb54dd81e6ebd7300562dfd1771f982bb4d50bdbfca5f955944cb50b9f54b6aed', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a34146a7566687d00d6629804f6dfd9', '\x1a34146a7566687d00d6', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'new name', NULL, '\xd85deb4ef60e54af6e48f360915b08026b82a280b7cae041d2ec1d304346d2f9', 2, 1, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a11bf2faf00ab8d0e9c0ff7f5366566', '\x1a11bf2faf00ab8d0e9c', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'form', NULL, '\xd9cd9abd49c551e4c68ad3820e281eacbedd35ed682cc4303851018b0f1a3511', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x0f021771cc167e465a412e858a97e69e', '\x0f021771cc167e465a41', 'default', 'dis', 1, NULL, 0, 1772409180000000, NULL, 'disabled owner', NULL, '\x3cd9e20c00d0609159477c9a8624da7d848e26ffb86529c0b9c86b7429c3cf69', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a4dbe815bf79ddc0500b257bc9304eb', '\x1a4dbe815bf79ddc0500', 'default', 'ann', 6, NULL, 0, 1772409420000000, NULL, NULL, NULL, '\x7f096033cfe266e216e3a4a8dd802d6f9b099b8c009586f3b8545723c6012470', 2, 0, 1772411220000000, 1772409420000000, 1772497620000000, 1772497620000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a3732e703be7f843839790382623b55', '\x1a3732e703be7f843839', 'default', 'ann', 1, NULL, 0, 1772409180000000, NULL, 'used', NULL, '\xfd4254c31833d47368ed800f5fa446c18521e85688e7fddc4a8aa520ee77916e', 2, 0, 1775001180000000, 1772409180000000, 1777593180000000, 1777593180000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1772409180000000, 1774396380000000, 0, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a748c89648ec2e5c8962fc140c58a7f', '\x1a748c89648ec2e5c896', 'default', 'ann', 3, '\x1a748c89648ec2e5c8962fe0626edf9d', 1, 1772409590000000, 'demo:read', NULL, NULL, '\x9b3652a26478e1c2c31cfa880b435da8cc3a723e561234b4b2c2d44e10620b4e', 2, 0, 1772492400000000, 1772409590000000, 1772578800000000, 1772578800000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_record VALUES ('\x1a748c89648ec2e5c896b8cd9993fcfc', '\x1a748c89648ec2e5c896', 'default', 'ann', 2, '\x1a748c89648ec2e5c8962fc140c58a7f', 1, 1772409590000000, 'demo:read', NULL, NULL, '\xde5be7dcaeaf117942113da6d26fd9ab1bb6ad63e7fcfc5c1f89816e38f40209', 2, 0, 1772410190000000, 1772409590000000, 1772410250000000, 1772410250000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO public.counterfoil_schema VALUES (1);
INSERT INTO public.counterfoil_schema VALUES (2);
INSERT INTO public.counterfoil_schema VALUES (3);
INSERT INTO public.counterfoil_schema VALUES (4);
INSERT INTO public.counterfoil_schema VALUES (5);
INSERT INTO public.counterfoil_schema VALUES (6);
INSERT INTO public.counterfoil_settings VALUES ('other', 7, '{"values":{"notice_lead_days":"7","personal_access_tokens_enabled":"true"},"switches":{"ann":true,"bob":true,"dis":true,"gus":true,"pat":true},"key_checks":{"1":"5ff62afa3a745075","2":"b2a3c1271f55064a"}}');
INSERT INTO public.counterfoil_settings VALUES ('default', 13, '{"values":{"notice_arming":"{\"done\":null,\"pass\":{\"under\":\"personal_access_token 604800000000,86400000000,0;security_code 604800000000,86400000000,0;\",\"before\":null,\"since\":1769817600000000,\"walk\":null}}","notice_lead_days":"7","personal_access_tokens_enabled":"true","setting_of_a_newer_version":"seven"},"switches":{"ann":true,"bob":true,"dis":true,"gus":true,"pat":true},"key_checks":{"1":"5ff62afa3a745075","2":"b2a3c1271f55064a"},"of_a_newer_version":{"list":[1,2.5,"three",null,{"four":false}],"text":"ü"}}');
INSERT INTO public.counterfoil_throttle VALUES ('\x8e9ff18e1ef23a3b81e1d908643f8da5fd7353ef659b0f3baf8bbd4abc53674d', 2, 1772409630000000, '{}', 1772409630000000);
INSERT INTO public.counterfoil_throttle VALUES ('\x24c47aed0c964fe91a2944737f58d47e9b519e776c0d388cc5c3329427a5fc93', 2, 1772409630000000, '{}', 1772409630000000);
INSERT INTO public.counterfoil_throttle VALUES ('\xa2b74cea16e8cdf9409084b554bf22fa365c05b94180cec1b783f5356a47b755', 1, 1772409630000000, '{}', 1772409630000000);
INSERT INTO public.counterfoil_throttle VALUES ('\xb26e2c3b324beab2013fedfd85240c33427d984813af133890368e431e13458a', 1, 1772409630000000, '{}', 1772409630000000);
INSERT INTO public.counterfoil_upkeep VALUES (1, 1772409590000000);
ALTER TABLE ONLY public.counterfoil_client_key
    ADD CONSTRAINT counterfoil_client_key_pkey PRIMARY KEY (realm, key);
ALTER TABLE ONLY public.counterfoil_client
    ADD CONSTRAINT counterfoil_client_pkey PRIMARY KEY (realm, client_id);
ALTER TABLE ONLY public.counterfoil_family
    ADD CONSTRAINT counterfoil_family_id PRIMARY KEY (id);
ALTER TABLE ONLY public.counterfoil_owner
    ADD CONSTRAINT counterfoil_owner_pkey PRIMARY KEY (realm, owner, kind);
ALTER TABLE ONLY public.counterfoil_record
    ADD CONSTRAINT counterfoil_record_id PRIMARY KEY (id);
ALTER TABLE ONLY public.counterfoil_settings
    ADD CONSTRAINT counterfoil_settings_pkey PRIMARY KEY (realm);
ALTER TABLE ONLY public.counterfoil_throttle
    ADD CONSTRAINT counterfoil_throttle_key PRIMARY KEY (key);
ALTER TABLE ONLY public.counterfoil_upkeep
    ADD CONSTRAINT counterfoil_upkeep_id PRIMARY KEY (id);
CREATE INDEX counterfoil_family_gone ON public.counterfoil_family USING btree (gone_at) WHERE (revoked_at IS NOT NULL);
CREATE UNIQUE INDEX counterfoil_family_label ON public.counterfoil_family USING btree (realm, owner, label_key) WHERE (label_key IS NOT NULL);
CREATE INDEX counterfoil_family_standing ON public.counterfoil_family USING btree (realm, owner, kind, COALESCE(client, '\x'::bytea), COALESCE(live_until, '9007199254740991'::bigint)) WHERE (revoked_at IS NULL);
CREATE INDEX counterfoil_record_access ON public.counterfoil_record USING btree (family, COALESCE(expires_at, '9007199254740991'::bigint)) WHERE ((kind = 2) AND (revoked_at IS NULL));
CREATE INDEX counterfoil_record_due ON public.counterfoil_record USING btree (notice_at, id) WHERE (notice_at IS NOT NULL);
CREATE INDEX counterfoil_record_generation ON public.counterfoil_record USING btree (family, generation);
CREATE INDEX counterfoil_record_gone ON public.counterfoil_record USING btree (purge_at, id) WHERE ((purge_at IS NOT NULL) AND (notice_at IS NULL));
CREATE INDEX counterfoil_record_kind ON public.counterfoil_record USING btree (realm, kind, id) WHERE (NOT shrunk);
CREATE INDEX counterfoil_record_owner ON public.counterfoil_record USING btree (realm, owner, kind, created_at, id) WHERE (NOT shrunk);
CREATE INDEX counterfoil_record_standing ON public.counterfoil_record USING btree (family, kind, LEAST(COALESCE(gone_at, '9007199254740991'::bigint), COALESCE(honoured_until, '9007199254740991'::bigint))) WHERE ((NOT shrunk) AND (revoked_at IS NULL));
CREATE INDEX counterfoil_record_unsent ON public.counterfoil_record USING btree (purge_at, id) WHERE ((purge_at IS NOT NULL) AND (notice_at IS NOT NULL));
CREATE INDEX counterfoil_record_window ON public.counterfoil_record USING btree (honoured_until, id) WHERE ((honoured_until IS NOT NULL) AND (NOT shrunk));
CREATE INDEX counterfoil_throttle_gone ON public.counterfoil_throttle USING btree (gone_at);
