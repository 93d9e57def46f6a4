// The fields of the form of an own scheme.

import { useState } from "react";
import { Combobox } from "@/components/Combobox";
import { TextArea, TextField } from "@/components/Field";
import { Select } from "@/components/Select";
import { pageStyles as page, Section } from "@/features/endpoints/Page";
import { ALGORITHMS, ENCODINGS, FORMATS, KEY_ENCODINGS, type SchemeDraft, UNITS, withValue } from "./form";
import { MessageParts } from "./MessageParts";

interface FieldsProps {
  value: SchemeDraft;
  change: (patch: Partial<SchemeDraft>) => void;
  problem: (field: string) => string | undefined;
}

const PLACES = [
  { value: "", label: "Not read" },
  { value: "header", label: "In a header" },
  { value: "json", label: "In the JSON body" },
  { value: "form", label: "In a form field" },
  { value: "query", label: "In a query parameter" },
];
const PLACE_NAMES: Record<string, string> = {
  header: "Name of the header",
  json: "JSON pointer",
  form: "Name of the field",
  query: "Name of the parameter",
};

/** A place, `header:X-Event`, as its kind and a name. */
function Place({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const at = value.indexOf(":");
  const [chosen, setChosen] = useState(at < 0 ? "" : value.slice(0, at));
  const name = at < 0 ? "" : value.slice(at + 1);
  return (
    <div className={page.two}>
      <Select
        label={label}
        value={chosen}
        options={withValue(PLACES, chosen)}
        onChange={(next) => {
          setChosen(next);
          onChange(next === "" || name === "" ? "" : `${next}:${name}`);
        }}
      />
      {chosen === "" ? null : (
        <TextField
          label={PLACE_NAMES[chosen] ?? "Name"}
          placeholder={chosen === "json" ? "/type" : "X-Event"}
          value={name}
          onChange={(next) => onChange(next === "" ? "" : `${chosen}:${next}`)}
        />
      )}
    </div>
  );
}

const PREFIXES = ["sha256=", "sha1=", "v1=", "Bearer "];

export function SchemeFields({ value, change, problem }: FieldsProps) {
  const token = value.algorithm === "token";
  return (
    <>
      <TextField
        label="Title"
        words
        placeholder="Our own sender"
        value={value.title}
        problem={problem("title")}
        onChange={(title) => change({ title })}
      />
      <Section title="Signature">
        <div className={page.two}>
          <Select
            label="Algorithm"
            value={value.algorithm}
            options={withValue(ALGORITHMS, value.algorithm)}
            onChange={(algorithm) => change(algorithm === "token" ? { algorithm, encoding: "text" } : { algorithm })}
          />
          <TextField
            label="Header"
            placeholder="X-Signature"
            value={value.header}
            problem={problem("header")}
            onChange={(header) => change({ header })}
          />
        </div>
        <div className={page.two}>
          <Select
            label="In the header stands"
            value={value.format}
            options={withValue(FORMATS, value.format)}
            onChange={(format) => change({ format })}
          />
          <Select
            label="Written as"
            value={value.encoding}
            options={withValue(ENCODINGS, value.encoding)}
            onChange={(encoding) => change({ encoding })}
          />
        </div>
        {value.format === "plain" ? (
          <div className={page.two}>
            <Combobox
              label="Prefix"
              optional
              placeholder="sha256="
              value={value.prefix}
              options={PREFIXES}
              onChange={(prefix) => change({ prefix })}
            />
            <TextField
              label="Between several"
              optional
              placeholder=","
              value={value.separator}
              onChange={(separator) => change({ separator })}
            />
          </div>
        ) : (
          <div className={page.two}>
            <TextField
              label={value.format === "pairs" ? "Signature pairs" : "Versions taken"}
              placeholder="v1"
              value={value.accept}
              onChange={(accept) => change({ accept })}
            />
            <TextField
              label={value.format === "pairs" ? "Between pairs" : "Between signatures"}
              optional
              placeholder={value.format === "pairs" ? "," : "a space"}
              value={value.separator}
              onChange={(separator) => change({ separator })}
            />
            {value.format === "pairs" ? (
              <TextField
                label="Between both"
                optional
                placeholder="="
                value={value.assign}
                onChange={(assign) => change({ assign })}
              />
            ) : (
              <TextField
                label="After the version"
                optional
                placeholder=","
                value={value.versionSeparator}
                onChange={(versionSeparator) => change({ versionSeparator })}
              />
            )}
          </div>
        )}
      </Section>
      {token ? null : (
        <MessageParts parts={value.parts} idHeader={value.idHeader} onChange={(parts) => change({ parts })} />
      )}
      <Section title="Secret">
        <div className={page.two}>
          <Select
            label="Read as"
            value={value.keyEncoding}
            options={withValue(KEY_ENCODINGS, value.keyEncoding)}
            onChange={(keyEncoding) => change({ keyEncoding })}
          />
          <TextField
            label="Cut off before"
            optional
            placeholder="whsec_"
            value={value.keyPrefix}
            onChange={(keyPrefix) => change({ keyPrefix })}
          />
        </div>
      </Section>
      <Section title="Timestamp">
        <div className={page.two}>
          <Select
            label="Stands"
            value={value.timestampFrom}
            options={[
              { value: "none", label: "Nowhere" },
              { value: "header", label: "In a header" },
              { value: "field", label: "In a pair of the signature header" },
            ]}
            onChange={(timestampFrom) => change({ timestampFrom })}
          />
          {value.timestampFrom === "none" ? null : (
            <TextField
              label={value.timestampFrom === "header" ? "Name of its header" : "Name of the pair"}
              placeholder={value.timestampFrom === "header" ? "X-Timestamp" : "t"}
              value={value.timestampName}
              problem={problem("timestampName")}
              onChange={(timestampName) => change({ timestampName })}
            />
          )}
        </div>
        {value.timestampFrom === "none" ? null : (
          <div className={page.two}>
            <Select
              label="Unit"
              value={value.unit}
              options={withValue(UNITS, value.unit)}
              onChange={(unit) => change({ unit })}
            />
            <TextField
              label="Oldest, in s"
              optional
              inputMode="numeric"
              placeholder="no limit"
              value={value.maxAge}
              problem={problem("maxAge")}
              onChange={(maxAge) => change({ maxAge })}
            />
            <TextField
              label="Ahead, in s"
              optional
              inputMode="numeric"
              placeholder="no limit"
              value={value.maxFuture}
              problem={problem("maxFuture")}
              onChange={(maxFuture) => change({ maxFuture })}
            />
          </div>
        )}
      </Section>
      <Section title="What a delivery says of itself">
        <Place label="Event type" value={value.eventType} onChange={(eventType) => change({ eventType })} />
        <Place label="Event id" value={value.eventId} onChange={(eventId) => change({ eventId })} />
        <Place label="Delivery id" value={value.deliveryId} onChange={(deliveryId) => change({ deliveryId })} />
      </Section>
      <TextArea
        label="Note"
        optional
        words
        rows={2}
        value={value.note}
        onChange={(note) => change({ note })}
        hint="What to know about it. It is shown where the scheme is chosen."
      />
    </>
  );
}
