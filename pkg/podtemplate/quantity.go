package podtemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Endless reports whether a quantity has a power of ten that no resource has, such as
// 1e2147483647. The API server takes it, but to add it to another, to compare the two
// or, with a negative power, only to read it takes the API's library more memory and
// time than there is.
func Endless(quantity string) bool {
	const most = 30
	_, exponent, ok := strings.Cut(strings.ToLower(quantity), "e")
	power, err := strconv.Atoi(exponent) // of 1E and 1Ei, exabytes, there is none
	return ok && err == nil && (power > most || power < -most)
}

// mayBeEndless finds what could be such a quantity, also one that is spelled out.
var mayBeEndless = regexp.MustCompile(`[0-9.][eE][+-]?\d{2}|\\u`)

// CheckQuantities rejects an object in JSON, of which a pod template is a part, that
// has an [Endless] quantity: before it is decoded, for that may never end.
func CheckQuantities(object []byte) error {
	if !mayBeEndless.Match(object) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil //nolint:nilerr // that shows when it is decoded in earnest
	}
	return checkQuantities(value, false)
}

// checkQuantities walks an object. Of one whose fields are quantities, whatever they
// are called, every is set.
func checkQuantities(value any, every bool) error {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if err := checkQuantities(item, every); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, item := range value {
			if err := checkQuantities(item, every || isQuantity(key)); err != nil {
				return err
			}
		}
	case string, json.Number:
		if text := fmt.Sprint(value); every && Endless(text) {
			return fmt.Errorf("quantity %q is out of range", text)
		}
	}
	return nil
}

// isQuantity reports whether a field of this name is a quantity or holds quantities.
// Like Go's decoder it takes any case.
func isQuantity(field string) bool {
	switch strings.ToLower(field) {
	case "limits", "requests", "overhead", "capacity", "allocatedresources", "sizelimit", "divisor":
		return true
	}
	return false
}
