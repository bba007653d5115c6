// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { n as __require, t as __commonJSMin } from "./rolldown-runtime.js";

// node_modules/jsonc-parser/lib/umd/main.js
var require_main = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	(function(factory) {
		if (typeof module === "object" && typeof module.exports === "object") {
			var v = factory(__require, exports);
			if (v !== void 0) module.exports = v;
		} else if (typeof define === "function" && define.amd) define([
			"require",
			"exports",
			"./impl/format",
			"./impl/edit",
			"./impl/scanner",
			"./impl/parser"
		], factory);
	})(function(require, exports) {
		"use strict";
		Object.defineProperty(exports, "__esModule", { value: true });
		exports.applyEdits = exports.modify = exports.format = exports.printParseErrorCode = exports.ParseErrorCode = exports.stripComments = exports.visit = exports.getNodeValue = exports.getNodePath = exports.findNodeAtOffset = exports.findNodeAtLocation = exports.parseTree = exports.parse = exports.getLocation = exports.SyntaxKind = exports.ScanError = exports.createScanner = void 0;
		const formatter = require("./impl/format");
		const edit = require("./impl/edit");
		const scanner = require("./impl/scanner");
		const parser = require("./impl/parser");
		/**
		* Creates a JSON scanner on the given text.
		* If ignoreTrivia is set, whitespaces or comments are ignored.
		*/
		exports.createScanner = scanner.createScanner;
		var ScanError;
		(function(ScanError) {
			ScanError[ScanError["None"] = 0] = "None";
			ScanError[ScanError["UnexpectedEndOfComment"] = 1] = "UnexpectedEndOfComment";
			ScanError[ScanError["UnexpectedEndOfString"] = 2] = "UnexpectedEndOfString";
			ScanError[ScanError["UnexpectedEndOfNumber"] = 3] = "UnexpectedEndOfNumber";
			ScanError[ScanError["InvalidUnicode"] = 4] = "InvalidUnicode";
			ScanError[ScanError["InvalidEscapeCharacter"] = 5] = "InvalidEscapeCharacter";
			ScanError[ScanError["InvalidCharacter"] = 6] = "InvalidCharacter";
		})(ScanError || (exports.ScanError = ScanError = {}));
		var SyntaxKind;
		(function(SyntaxKind) {
			SyntaxKind[SyntaxKind["OpenBraceToken"] = 1] = "OpenBraceToken";
			SyntaxKind[SyntaxKind["CloseBraceToken"] = 2] = "CloseBraceToken";
			SyntaxKind[SyntaxKind["OpenBracketToken"] = 3] = "OpenBracketToken";
			SyntaxKind[SyntaxKind["CloseBracketToken"] = 4] = "CloseBracketToken";
			SyntaxKind[SyntaxKind["CommaToken"] = 5] = "CommaToken";
			SyntaxKind[SyntaxKind["ColonToken"] = 6] = "ColonToken";
			SyntaxKind[SyntaxKind["NullKeyword"] = 7] = "NullKeyword";
			SyntaxKind[SyntaxKind["TrueKeyword"] = 8] = "TrueKeyword";
			SyntaxKind[SyntaxKind["FalseKeyword"] = 9] = "FalseKeyword";
			SyntaxKind[SyntaxKind["StringLiteral"] = 10] = "StringLiteral";
			SyntaxKind[SyntaxKind["NumericLiteral"] = 11] = "NumericLiteral";
			SyntaxKind[SyntaxKind["LineCommentTrivia"] = 12] = "LineCommentTrivia";
			SyntaxKind[SyntaxKind["BlockCommentTrivia"] = 13] = "BlockCommentTrivia";
			SyntaxKind[SyntaxKind["LineBreakTrivia"] = 14] = "LineBreakTrivia";
			SyntaxKind[SyntaxKind["Trivia"] = 15] = "Trivia";
			SyntaxKind[SyntaxKind["Unknown"] = 16] = "Unknown";
			SyntaxKind[SyntaxKind["EOF"] = 17] = "EOF";
		})(SyntaxKind || (exports.SyntaxKind = SyntaxKind = {}));
		/**
		* For a given offset, evaluate the location in the JSON document. Each segment in the location path is either a property name or an array index.
		*/
		exports.getLocation = parser.getLocation;
		/**
		* Parses the given text and returns the object the JSON content represents. On invalid input, the parser tries to be as fault tolerant as possible, but still return a result.
		* Therefore, always check the errors list to find out if the input was valid.
		*/
		exports.parse = parser.parse;
		/**
		* Parses the given text and returns a tree representation the JSON content. On invalid input, the parser tries to be as fault tolerant as possible, but still return a result.
		*/
		exports.parseTree = parser.parseTree;
		/**
		* Finds the node at the given path in a JSON DOM.
		*/
		exports.findNodeAtLocation = parser.findNodeAtLocation;
		/**
		* Finds the innermost node at the given offset. If includeRightBound is set, also finds nodes that end at the given offset.
		*/
		exports.findNodeAtOffset = parser.findNodeAtOffset;
		/**
		* Gets the JSON path of the given JSON DOM node
		*/
		exports.getNodePath = parser.getNodePath;
		/**
		* Evaluates the JavaScript object of the given JSON DOM node
		*/
		exports.getNodeValue = parser.getNodeValue;
		/**
		* Parses the given text and invokes the visitor functions for each object, array and literal reached.
		*/
		exports.visit = parser.visit;
		/**
		* Takes JSON with JavaScript-style comments and remove
		* them. Optionally replaces every none-newline character
		* of comments with a replaceCharacter
		*/
		exports.stripComments = parser.stripComments;
		var ParseErrorCode;
		(function(ParseErrorCode) {
			ParseErrorCode[ParseErrorCode["InvalidSymbol"] = 1] = "InvalidSymbol";
			ParseErrorCode[ParseErrorCode["InvalidNumberFormat"] = 2] = "InvalidNumberFormat";
			ParseErrorCode[ParseErrorCode["PropertyNameExpected"] = 3] = "PropertyNameExpected";
			ParseErrorCode[ParseErrorCode["ValueExpected"] = 4] = "ValueExpected";
			ParseErrorCode[ParseErrorCode["ColonExpected"] = 5] = "ColonExpected";
			ParseErrorCode[ParseErrorCode["CommaExpected"] = 6] = "CommaExpected";
			ParseErrorCode[ParseErrorCode["CloseBraceExpected"] = 7] = "CloseBraceExpected";
			ParseErrorCode[ParseErrorCode["CloseBracketExpected"] = 8] = "CloseBracketExpected";
			ParseErrorCode[ParseErrorCode["EndOfFileExpected"] = 9] = "EndOfFileExpected";
			ParseErrorCode[ParseErrorCode["InvalidCommentToken"] = 10] = "InvalidCommentToken";
			ParseErrorCode[ParseErrorCode["UnexpectedEndOfComment"] = 11] = "UnexpectedEndOfComment";
			ParseErrorCode[ParseErrorCode["UnexpectedEndOfString"] = 12] = "UnexpectedEndOfString";
			ParseErrorCode[ParseErrorCode["UnexpectedEndOfNumber"] = 13] = "UnexpectedEndOfNumber";
			ParseErrorCode[ParseErrorCode["InvalidUnicode"] = 14] = "InvalidUnicode";
			ParseErrorCode[ParseErrorCode["InvalidEscapeCharacter"] = 15] = "InvalidEscapeCharacter";
			ParseErrorCode[ParseErrorCode["InvalidCharacter"] = 16] = "InvalidCharacter";
		})(ParseErrorCode || (exports.ParseErrorCode = ParseErrorCode = {}));
		function printParseErrorCode(code) {
			switch (code) {
				case 1: return "InvalidSymbol";
				case 2: return "InvalidNumberFormat";
				case 3: return "PropertyNameExpected";
				case 4: return "ValueExpected";
				case 5: return "ColonExpected";
				case 6: return "CommaExpected";
				case 7: return "CloseBraceExpected";
				case 8: return "CloseBracketExpected";
				case 9: return "EndOfFileExpected";
				case 10: return "InvalidCommentToken";
				case 11: return "UnexpectedEndOfComment";
				case 12: return "UnexpectedEndOfString";
				case 13: return "UnexpectedEndOfNumber";
				case 14: return "InvalidUnicode";
				case 15: return "InvalidEscapeCharacter";
				case 16: return "InvalidCharacter";
			}
			return "<unknown ParseErrorCode>";
		}
		exports.printParseErrorCode = printParseErrorCode;
		/**
		* Computes the edit operations needed to format a JSON document.
		*
		* @param documentText The input text
		* @param range The range to format or `undefined` to format the full content
		* @param options The formatting options
		* @returns The edit operations describing the formatting changes to the original document following the format described in {@linkcode EditResult}.
		* To apply the edit operations to the input, use {@linkcode applyEdits}.
		*/
		function format(documentText, range, options) {
			return formatter.format(documentText, range, options);
		}
		exports.format = format;
		/**
		* Computes the edit operations needed to modify a value in the JSON document.
		*
		* @param documentText The input text
		* @param path The path of the value to change. The path represents either to the document root, a property or an array item.
		* If the path points to an non-existing property or item, it will be created.
		* @param value The new value for the specified property or item. If the value is undefined,
		* the property or item will be removed.
		* @param options Options
		* @returns The edit operations describing the changes to the original document, following the format described in {@linkcode EditResult}.
		* To apply the edit operations to the input, use {@linkcode applyEdits}.
		*/
		function modify(text, path, value, options) {
			return edit.setProperty(text, path, value, options);
		}
		exports.modify = modify;
		/**
		* Applies edits to an input string.
		* @param text The input text
		* @param edits Edit operations following the format described in {@linkcode EditResult}.
		* @returns The text with the applied edits.
		* @throws An error if the edit operations are not well-formed as described in {@linkcode EditResult}.
		*/
		function applyEdits(text, edits) {
			let sortedEdits = edits.slice(0).sort((a, b) => {
				const diff = a.offset - b.offset;
				if (diff === 0) return a.length - b.length;
				return diff;
			});
			let lastModifiedOffset = text.length;
			for (let i = sortedEdits.length - 1; i >= 0; i--) {
				let e = sortedEdits[i];
				if (e.offset + e.length <= lastModifiedOffset) text = edit.applyEdit(text, e);
				else throw new Error("Overlapping edit");
				lastModifiedOffset = e.offset;
			}
			return text;
		}
		exports.applyEdits = applyEdits;
	});
}));

export { require_main as t };