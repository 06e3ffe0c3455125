// Prints the Go types of all kinds of the API, one a line, as JSON. It is run in the module of the test control plane,
// so that the types are those of its API server.
package main

import (
	"encoding/json"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type goField struct {
	// The name in JSON; empty if the fields of the type stand in its place.
	Name string `json:"name,omitempty"`
	// The name of a type, or "struct", "list", "map" or "bytes"; types with a JSON form of their own begin with "custom ".
	Type    string `json:"type"`
	Pointer bool   `json:"pointer,omitempty"`
	// The tag: "omitempty", "omitzero" or "".
	Omit string `json:"omit,omitempty"`
	// The number in protocol buffers.
	Number int `json:"number,omitempty"`
}

type goType struct {
	Name   string    `json:"name"`
	Fields []goField `json:"fields"`
}

func main() {
	must(apiextensions.AddToScheme(scheme.Scheme))
	must(apiregistration.AddToScheme(scheme.Scheme))
	types := map[reflect.Type]goType{}
	for _, t := range scheme.Scheme.AllKnownTypes() {
		visit(t, types)
	}
	var sorted []goType
	for _, t := range types {
		sorted = append(sorted, t)
	}
	slices.SortFunc(sorted, func(a, b goType) int { return strings.Compare(a.Name, b.Name) })
	encoder := json.NewEncoder(os.Stdout)
	for _, t := range sorted {
		must(encoder.Encode(t))
	}
}

func visit(t reflect.Type, types map[reflect.Type]goType) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		visit(t.Elem(), types)
		return
	}
	if _, seen := types[t]; seen || t.Kind() != reflect.Struct || isCustom(t) {
		return
	}
	described := goType{Name: nameOf(t)}
	types[t] = described
	for i := range t.NumField() {
		field := t.Field(i)
		name, omit, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() {
			continue
		}
		omit = strings.TrimPrefix(omit, "inline")
		described.Fields = append(described.Fields, describe(field, name, omit))
		visit(field.Type, types)
	}
	types[t] = described
}

func describe(field reflect.StructField, name, omit string) goField {
	t := field.Type
	result := goField{Name: name, Omit: omit, Number: numberOf(field)}
	if t.Kind() == reflect.Pointer {
		result.Pointer = true
		t = t.Elem()
	}
	switch {
	case isCustom(t):
		result.Type = "custom " + t.String()
	case name == "":
		result.Type = nameOf(t)
	case t.Kind() == reflect.Struct:
		result.Type = "struct"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		result.Type = "bytes"
	case t.Kind() == reflect.Slice:
		result.Type = "list"
	case t.Kind() == reflect.Map:
		result.Type = "map"
	default:
		result.Type = t.String()
	}
	return result
}

func isCustom(t reflect.Type) bool {
	_, marshals := reflect.PointerTo(t).MethodByName("MarshalJSON")
	return marshals
}

// nameOf names a type as schemas do, such as core/v1.Container.
func nameOf(t reflect.Type) string {
	dir, version := path.Split(t.PkgPath())
	return path.Base(dir) + "/" + version + "." + t.Name()
}

func numberOf(field reflect.StructField) int {
	parts := strings.Split(field.Tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return 0
	}
	number, err := strconv.Atoi(parts[1])
	must(err)
	return number
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
