package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"unicode/utf16"
)

// leafOf computes a log entry from the file that accompanies a proof, {"fact": {…}, "salt": "<hex>"}:
// the byte 1, then SHA-256(salt ‖ canonical JSON of the fact). Written from the description alone.
func leafOf(file []byte) ([]byte, error) {
	var opened struct {
		Fact json.RawMessage `json:"fact"`
		Salt string          `json:"salt"`
	}
	if err := json.Unmarshal(file, &opened); err != nil {
		return nil, err
	}
	salt, err := hex.DecodeString(opened.Salt)
	if err != nil || len(salt) != 32 {
		return nil, errors.New("the salt is not 32 bytes in hex")
	}
	decoder := json.NewDecoder(bytes.NewReader(opened.Fact))
	decoder.UseNumber()
	var fact interface{}
	if err := decoder.Decode(&fact); err != nil {
		return nil, err
	}
	text, err := canonical(nil, fact)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(append(salt, text...))
	return append([]byte{1}, digest[:]...), nil
}

// canonical appends the RFC 8785 form of a value whose numbers are all integers.
func canonical(out []byte, value interface{}) ([]byte, error) {
	var err error
	switch value := value.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, value), nil
	case json.Number:
		integer, err := strconv.ParseInt(value.String(), 10, 64)
		if err != nil || integer > 1<<53-1 || integer < -(1<<53-1) {
			return nil, fmt.Errorf("%s is not an integer that every program can hold", value)
		}
		return strconv.AppendInt(out, integer, 10), nil
	case string:
		return quoted(out, value), nil
	case []interface{}:
		out = append(out, '[')
		for i, item := range value {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = canonical(out, item); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case map[string]interface{}:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Slice(names, func(i, j int) bool { return before(names[i], names[j]) })
		out = append(out, '{')
		for i, name := range names {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(quoted(out, name), ':')
			if out, err = canonical(out, value[name]); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	}
	return nil, fmt.Errorf("%T is no JSON value", value)
}

// before compares names by their UTF-16 code units, as RFC 8785 sorts them.
func before(a, b string) bool {
	left, right := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(left) && i < len(right); i++ {
		if left[i] != right[i] {
			return left[i] < right[i]
		}
	}
	return len(left) < len(right)
}

func quoted(out []byte, text string) []byte {
	out = append(out, '"')
	for _, r := range text {
		switch r {
		case '"':
			out = append(out, `\"`...)
		case '\\':
			out = append(out, `\\`...)
		case '\b':
			out = append(out, `\b`...)
		case '\t':
			out = append(out, `\t`...)
		case '\n':
			out = append(out, `\n`...)
		case '\f':
			out = append(out, `\f`...)
		case '\r':
			out = append(out, `\r`...)
		default:
			if r < 0x20 {
				out = append(out, fmt.Sprintf(`\u%04x`, r)...)
			} else {
				out = append(out, string(r)...)
			}
		}
	}
	return append(out, '"')
}
