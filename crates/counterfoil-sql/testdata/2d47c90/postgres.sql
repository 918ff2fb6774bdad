--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: counterfoil_live(text, text, bigint, bigint, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION counterfoil_live(of_realm text, of_owner text, of_kind bigint, at_instant bigint, cap bigint) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT 1 FROM counterfoil_family f WHERE f.realm = of_realm COLLATE "C" AND f.owner = of_owner COLLATE "C"
        AND f.kind = of_kind AND f.revoked_at IS NULL AND (f.live_until IS NULL OR f.live_until > at_instant) LIMIT cap) living);
END
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: counterfoil_client; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_client (
    realm text NOT NULL COLLATE pg_catalog."C",
    client_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    key bytea NOT NULL,
    document text COLLATE pg_catalog."C"
);


--
-- Name: counterfoil_client_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_client_key (
    realm text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL
);


--
-- Name: counterfoil_counter; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_counter (
    key bytea NOT NULL,
    count bigint NOT NULL,
    ends_at bigint NOT NULL
);


--
-- Name: counterfoil_family; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_family (
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
    CONSTRAINT counterfoil_family_id_check CHECK ((length(id) = 10))
);


--
-- Name: counterfoil_owner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_owner (
    realm text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    kind smallint NOT NULL
);


--
-- Name: counterfoil_record; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_record (
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


--
-- Name: counterfoil_schema; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_schema (
    version bigint NOT NULL
);


--
-- Name: counterfoil_settings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE counterfoil_settings (
    realm text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    document text NOT NULL COLLATE pg_catalog."C"
);


--
-- Data for Name: counterfoil_client; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_client VALUES ('default', 'sample', 0, '\x07070707070707070707070707070707', '{"client_id":"sample","key":[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7],"display_name":"sample","secrets":[],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":true,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":3,"created_at":1700000000000000}');
INSERT INTO counterfoil_client VALUES ('default', 'second', 0, '\x08080808080808080808080808080808', '{"client_id":"second","key":[8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8],"display_name":"second","secrets":[],"grants":["password","refresh_token"],"allowed_scope":null,"default_scope":null,"public":true,"refresh_mode":"rotate","resource_server":false,"disabled":false,"epoch":3,"created_at":1700000000000000}');


--
-- Data for Name: counterfoil_client_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_client_key VALUES ('default', '\x07070707070707070707070707070707');
INSERT INTO counterfoil_client_key VALUES ('default', '\x08080808080808080808080808080808');


--
-- Data for Name: counterfoil_counter; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_counter VALUES ('\x0505050505050505050505050505050505050505050505050505050505050505', 3, 1700000060000000);


--
-- Data for Name: counterfoil_family; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_family VALUES ('\x01010101010101010101', 'default', 'ann', 1, 0, 1, '"alone"', 1700000001000000, 1700000002000000, 'ci', NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x02020202020202020202', 'default', 'ann', 1, 0, 1, '"alone"', 1700000001000000, 1700000003000000, NULL, 1700000000000025, 4);
INSERT INTO counterfoil_family VALUES ('\x03030303030303030303', 'default', 'ann', 1, 1, 2, '"alone"', 1700000001000000, 1700000002000000, NULL, NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x04040404040404040404', 'default', 'ann', 3, 5, 9, '{"sign_in":{"client":[7,0,255,10,1,2,3,4,5,6,7,8,9,11,12,13],"client_id":"sample","epoch":3,"grant":"password","remember":true,"opened_at":1700000000000050,"absolute_end":1700000100000000}}', 1700000001000000, 1700000002000000, NULL, NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x05050505050505050505', 'default', 'ann', 3, 0, 4, '{"sign_in":{"client":[8,0,255,10,1,2,3,4,5,6,7,8,9,11,12,13],"client_id":"sample","epoch":3,"grant":"password","remember":true,"opened_at":1700000000000110,"absolute_end":1700000100000000}}', 1700000001000120, 1700000002000120, NULL, NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x06060606060606060606', 'default', 'ann', 3, 0, 1, '{"sign_in":{"client":[7,0,255,10,1,2,3,4,5,6,7,8,9,11,12,13],"client_id":"sample","epoch":3,"grant":"password","remember":true,"opened_at":1700000000000055,"absolute_end":1700000100000000}}', 1700000001000000, 1700000002000000, NULL, NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x07070707070707070707', 'default', 'ann', 3, 0, 1, '{"sign_in":{"client":[7,0,255,10,1,2,3,4,5,6,7,8,9,11,12,13],"client_id":"sample","epoch":3,"grant":"password","remember":true,"opened_at":1700000000000130,"absolute_end":1700000100000000}}', 1700000001000000, 1700000003000000, NULL, 1700000000000135, 4);
INSERT INTO counterfoil_family VALUES ('\x08080808080808080808', 'default', 'ann', 6, 0, 1, '{"session":{"authenticated_at":1700000000000140,"absolute_end":1700000100000000}}', 1700000001000150, 1700000002000150, NULL, NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x09090909090909090909', 'default', 'realm', 4, 0, 1, '{"code":{"created_by":"root","access":"super_administrator"}}', NULL, NULL, NULL, NULL, NULL);
INSERT INTO counterfoil_family VALUES ('\x0a0a0a0a0a0a0a0a0a0a', 'other', 'ann', 1, 0, 1, '"alone"', 1700000001000000, 1700000002000000, NULL, NULL, NULL);


--
-- Data for Name: counterfoil_owner; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_owner VALUES ('default', 'ann', 1);
INSERT INTO counterfoil_owner VALUES ('default', 'ann', 3);
INSERT INTO counterfoil_owner VALUES ('default', 'ann', 6);
INSERT INTO counterfoil_owner VALUES ('default', 'realm', 4);
INSERT INTO counterfoil_owner VALUES ('other', 'ann', 1);


--
-- Data for Name: counterfoil_record; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_record VALUES ('\x01010101010101010101000000000000', '\x01010101010101010101', 'default', 'ann', 1, NULL, 0, 1700000000000010, 'demo:read', 'CI', NULL, '\x0101010101010101010101010101010101010101010101010101010101010101', 1, 0, 1700000001000000, 1700000000000010, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x02020202020202020202000000000000', '\x02020202020202020202', 'default', 'ann', 1, NULL, 0, 1700000000000020, 'demo:read', 'old', NULL, '\x0202020202020202020202020202020202020202020202020202020202020202', 1, 0, 1700000001000000, 1700000000000020, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x03030303030303030303000000000000', '\x03030303030303030303', 'default', 'ann', 1, NULL, 0, 1700000000000030, 'demo:read', NULL, NULL, '\x0303030303030303030303030303030303030303030303030303030303030303', 1, 1, 1700000001000000, 1700000000000030, NULL, NULL, 1700000000000040, '\x03030303030303030303010101010101', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x03030303030303030303010101010101', '\x03030303030303030303', 'default', 'ann', 1, NULL, 1, 1700000000000040, 'demo:read', NULL, NULL, '\x0303030303030303030303030303030303030303030303030303030303030303', 1, 0, 1700000001000000, 1700000000000040, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404646464646464', '\x04040404040404040404', 'default', 'ann', 2, NULL, 0, 1700000000000050, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000050, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404656565656565', '\x04040404040404040404', 'default', 'ann', 2, NULL, 1, 1700000000000060, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000060, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404666666666666', '\x04040404040404040404', 'default', 'ann', 2, NULL, 2, 1700000000000070, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000070, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x08080808080808080808000000000000', '\x08080808080808080808', 'default', 'ann', 6, NULL, 0, 1700000000000140, 'demo:read', NULL, NULL, '\x0808080808080808080808080808080808080808080808080808080808080808', 1, 0, 1700000001000150, 1700000000000150, 1700000002000150, 1700000002000150, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404676767676767', '\x04040404040404040404', 'default', 'ann', 2, NULL, 3, 1700000000000080, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000080, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x09090909090909090909000000000000', '\x09090909090909090909', 'default', 'realm', 4, NULL, 0, 1700000000000160, 'demo:read', NULL, NULL, '\x0909090909090909090909090909090909090909090909090909090909090909', 1, 0, NULL, 1700000000000160, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404686868686868', '\x04040404040404040404', 'default', 'ann', 2, NULL, 4, 1700000000000090, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000090, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x0a0a0a0a0a0a0a0a0a0a000000000000', '\x0a0a0a0a0a0a0a0a0a0a', 'other', 'ann', 1, NULL, 0, 1700000000000170, 'demo:read', NULL, NULL, '\x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', 1, 0, 1700000001000000, 1700000000000170, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1700000000000500, 1, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404040404040404', '\x04040404040404040404', 'default', 'ann', 3, NULL, 4, 1700000000000090, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 1, 1700000001000000, 1700000000000090, 1700000002000000, 1700000002000000, 1700000000000100, '\x04040404040404040404050505050505', '\x0909090909090909090909090909090909090909090909090909090909090909', 1, 1700000000000105, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404050505050505', '\x04040404040404040404', 'default', 'ann', 3, NULL, 5, 1700000000000100, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000100, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404696969696969', '\x04040404040404040404', 'default', 'ann', 2, NULL, 5, 1700000000000100, 'demo:read', NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 0, 1700000001000000, 1700000000000100, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x04040404040404040404030303030303', '\x04040404040404040404', 'default', 'ann', 3, NULL, 3, 1700000000000090, NULL, NULL, NULL, '\x0404040404040404040404040404040404040404040404040404040404040404', 1, 1, NULL, 1700000000000090, 1700000002000000, 1700000002000000, 1700000000000090, '\x04040404040404040404040404040404', NULL, NULL, 1700000000000095, NULL, NULL, NULL, NULL, NULL, '\x', true);
INSERT INTO counterfoil_record VALUES ('\x05050505050505050505646464646464', '\x05050505050505050505', 'default', 'ann', 2, NULL, 0, 1700000000000110, 'demo:read', NULL, NULL, '\x0505050505050505050505050505050505050505050505050505050505050505', 1, 0, 1700000001000000, 1700000000000110, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x05050505050505050505000000000000', '\x05050505050505050505', 'default', 'ann', 3, NULL, 0, 1700000000000110, 'demo:read', NULL, NULL, '\x0505050505050505050505050505050505050505050505050505050505050505', 1, 0, 1700000001000120, 1700000000000120, 1700000002000120, 1700000002000120, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x05050505050505050505666666666666', '\x05050505050505050505', 'default', 'ann', 2, NULL, 0, 1700000000000120, 'demo:read', NULL, NULL, '\x0505050505050505050505050505050505050505050505050505050505050505', 1, 0, 1700000001000000, 1700000000000120, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x05050505050505050505656565656565', '\x05050505050505050505', 'default', 'ann', 2, NULL, 0, 1700000000000120, 'demo:read', NULL, NULL, '\x0505050505050505050505050505050505050505050505050505050505050505', 1, 0, 1700000001000000, 1700000000000120, 1700000003000000, 1700000003000000, NULL, NULL, NULL, NULL, NULL, 1700000000000125, 4, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x06060606060606060606000000000000', '\x06060606060606060606', 'default', 'ann', 3, NULL, 0, 1700000000000055, 'demo:read', NULL, NULL, '\x0606060606060606060606060606060606060606060606060606060606060606', 1, 0, 1700000001000000, 1700000000000055, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);
INSERT INTO counterfoil_record VALUES ('\x07070707070707070707000000000000', '\x07070707070707070707', 'default', 'ann', 3, NULL, 0, 1700000000000130, 'demo:read', NULL, NULL, '\x0707070707070707070707070707070707070707070707070707070707070707', 1, 0, 1700000001000000, 1700000000000130, 1700000002000000, 1700000002000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x', false);


--
-- Data for Name: counterfoil_schema; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_schema VALUES (1);
INSERT INTO counterfoil_schema VALUES (2);


--
-- Data for Name: counterfoil_settings; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO counterfoil_settings VALUES ('default', 0, '{"values":{"personal_access_tokens_enabled":"true"},"switches":{}}');


--
-- Name: counterfoil_client_key counterfoil_client_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_client_key
    ADD CONSTRAINT counterfoil_client_key_pkey PRIMARY KEY (realm, key);


--
-- Name: counterfoil_client counterfoil_client_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_client
    ADD CONSTRAINT counterfoil_client_pkey PRIMARY KEY (realm, client_id);


--
-- Name: counterfoil_counter counterfoil_counter_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_counter
    ADD CONSTRAINT counterfoil_counter_pkey PRIMARY KEY (key);


--
-- Name: counterfoil_family counterfoil_family_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_family
    ADD CONSTRAINT counterfoil_family_id PRIMARY KEY (id);


--
-- Name: counterfoil_owner counterfoil_owner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_owner
    ADD CONSTRAINT counterfoil_owner_pkey PRIMARY KEY (realm, owner, kind);


--
-- Name: counterfoil_record counterfoil_record_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_record
    ADD CONSTRAINT counterfoil_record_id PRIMARY KEY (id);


--
-- Name: counterfoil_settings counterfoil_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY counterfoil_settings
    ADD CONSTRAINT counterfoil_settings_pkey PRIMARY KEY (realm);


--
-- Name: counterfoil_counter_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_counter_end ON counterfoil_counter USING btree (ends_at);


--
-- Name: counterfoil_family_gone; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_family_gone ON counterfoil_family USING btree (gone_at) WHERE (revoked_at IS NOT NULL);


--
-- Name: counterfoil_family_label; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX counterfoil_family_label ON counterfoil_family USING btree (realm, owner, label_key) WHERE (label_key IS NOT NULL);


--
-- Name: counterfoil_family_standing; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_family_standing ON counterfoil_family USING btree (realm, owner, kind, live_until) WHERE (revoked_at IS NULL);


--
-- Name: counterfoil_record_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_due ON counterfoil_record USING btree (notice_at, id) WHERE (notice_at IS NOT NULL);


--
-- Name: counterfoil_record_generation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_generation ON counterfoil_record USING btree (family, generation);


--
-- Name: counterfoil_record_gone; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_gone ON counterfoil_record USING btree (purge_at, id) WHERE ((purge_at IS NOT NULL) AND (notice_at IS NULL));


--
-- Name: counterfoil_record_kind; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_kind ON counterfoil_record USING btree (realm, kind, id) WHERE (NOT shrunk);


--
-- Name: counterfoil_record_owner; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_owner ON counterfoil_record USING btree (realm, owner, kind, created_at, id) WHERE (NOT shrunk);


--
-- Name: counterfoil_record_unsent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_unsent ON counterfoil_record USING btree (purge_at, id) WHERE ((purge_at IS NOT NULL) AND (notice_at IS NOT NULL));


--
-- Name: counterfoil_record_window; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX counterfoil_record_window ON counterfoil_record USING btree (honoured_until, id) WHERE ((honoured_until IS NOT NULL) AND (NOT shrunk));


--
-- PostgreSQL database dump complete
--

