package transport

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// omitted are the numbers of fields of a protobuf message that are left out, and
// what of other fields is. A field that has none of its own is left out whole.
type omitted map[protowire.Number]omitted

// omit resolves paths like spec.containers. The tags of k8s.io/api's types tell which
// number a field has. A path that the object does not have is an error.
func omit(object any, paths ...string) (omitted, error) {
	out := omitted{}
	for _, path := range paths {
		at, of := out, reflect.TypeOf(object)
		for part := range strings.SplitSeq(path, ".") {
			for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
				of = of.Elem()
			}
			number, inner := numbered(of, part)
			if inner == nil {
				return nil, fmt.Errorf("%s has no field %s", of, part)
			}
			if at[number] == nil {
				at[number] = omitted{}
			}
			at, of = at[number], inner
		}
	}
	return out, nil
}

// numbered is the number and the type of a field, nil when there is none.
func numbered(of reflect.Type, name string) (protowire.Number, reflect.Type) {
	if of.Kind() != reflect.Struct {
		return 0, nil
	}
	for field := range of.Fields() {
		tag := strings.Split(field.Tag.Get("protobuf"), ",") // like "bytes,17,rep,name=managedFields"
		if slices.Contains(tag, "name="+name) {
			if number, err := strconv.ParseInt(tag[1], 10, 32); err == nil {
				return protowire.Number(number), field.Type
			}
		}
	}
	return 0, nil
}

// from takes these fields out of a message, in its own memory.
func (o omitted) from(message []byte) ([]byte, error) {
	if len(o) == 0 {
		return message, nil
	}
	out := message[:0]
	for rest := message; len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		if tag < 0 {
			return nil, protowire.ParseError(tag)
		}
		size := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		field := rest[:tag+size]
		rest = rest[tag+size:]
		inner, ok := o[number]
		switch {
		case !ok:
			out = append(out, field...)
		case len(inner) > 0 && kind == protowire.BytesType:
			value, _ := protowire.ConsumeBytes(field[tag:])
			value, err := inner.from(value)
			if err != nil {
				return nil, err
			}
			// What is written here is no longer than what was read, so it does
			// not reach the value before that is moved.
			out = protowire.AppendBytes(append(out, field[:tag]...), value)
		}
	}
	return out, nil
}
